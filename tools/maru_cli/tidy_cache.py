"""Remembers which sources clang-tidy was content with, by the contents of all that it read."""

import hashlib
import shlex
import subprocess


def object_of(entry):
    """The object file of an entry of compile_commands.json, as Ninja names it."""
    words = shlex.split(entry["command"])
    return words[words.index("-o") + 1]


class TidyCache:
    """One empty file per passed key in <build folder>/tidy. Losing it costs time only."""

    def __init__(self, build_folder, configuration):
        self._build_folder = build_folder
        self._folder = build_folder / "tidy"
        self._folder.mkdir(exist_ok=True)
        self._configuration = configuration.read_bytes()

    def key(self, entry):
        """A hash over an entry of compile_commands.json, the configuration, the source and every header that its last
        compilation read. None when Ninja does not know the headers (not compiled yet): then nothing is remembered."""
        answer = subprocess.run(["ninja", "-C", str(self._build_folder), "-t", "deps", object_of(entry)],
                                text=True, capture_output=True, check=False)
        lines = answer.stdout.splitlines()
        if not lines or "(VALID)" not in lines[0]:
            return None
        digest = hashlib.sha256(self._configuration + entry["command"].encode())
        for path in [entry["file"], *(line.strip() for line in lines[1:] if line.strip())]:
            digest.update(path.encode())
            digest.update(self._fingerprint(self._build_folder / path))
        return digest.hexdigest()

    @staticmethod
    def _fingerprint(path):
        """System headers change with their package only: size and time say it without reading 20 MB a source."""
        if str(path).startswith("/usr/"):
            status = path.stat()
            return f"{status.st_size} {status.st_mtime_ns}".encode()
        return hashlib.sha256(path.read_bytes()).digest()

    def passed(self, key):
        return key is not None and (self._folder / key).exists()

    def remember(self, key):
        if key is not None:
            (self._folder / key).touch()
