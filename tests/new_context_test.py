"""Goal: a team adds a context while everything else runs: it builds, starts, reads a topic from its beginning and serves its view,
and no other context knows of it. Method: a copy of the repository; libraries and programs are those of the build that this test
belongs to, so that what is new is compiled alone.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ["MARU_SOURCE_DIR"])
BUILT = pathlib.Path(os.environ["MARU_BINARY_DIR"])
PRESET = BUILT.name
TREE = pathlib.Path(os.environ["TEST_TMPDIR"]) / "tree"
# From a command to the view of a context that has just started.
CATCH_UP_S = 20.0
# What may change in a repository by a new context, besides its own files.
SHARED = {"mesh/context/deployments.json", "proto/maru/books/CMakeLists.txt", "services/books/README.md"}


def sources(root):
    """Path -> content of all that belongs to the repository."""
    found = {}
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in (".git", ".maru", "build", "__pycache__")]
        for name in files:
            path = pathlib.Path(folder, name)
            found[str(path.relative_to(root))] = path.read_bytes()
    return found


def free_port_base():
    """A base of ports where no port of the broker and of books is taken."""
    for base in range(11000, 20000, 400):
        ports = [base, *range(base + 301, base + 309)]
        try:
            for port in [*ports, *(p + 10000 for p in ports)]:
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


class NewContextTest(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(TREE, ignore_errors=True)
        shutil.copytree(SOURCE, TREE, symlinks=True, ignore=shutil.ignore_patterns(".git", ".maru", "build", "__pycache__"))
        # Short: a Unix socket is in it.
        self.state = pathlib.Path(tempfile.mkdtemp())
        self.base = free_port_base()

    def tearDown(self):
        self.maru("down", "--state", self.state)
        shutil.rmtree(self.state)
        shutil.rmtree(TREE)

    def run_in_tree(self, *command):
        done = subprocess.run([str(word) for word in command], cwd=TREE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def maru(self, *arguments):
        return self.run_in_tree(sys.executable, TREE / "tools/maru", *arguments)

    def call(self, actor, context, method, request, position=""):
        command = [sys.executable, TREE / "tools/maru", "call", context, method, json.dumps(request), "--as", actor, "--envelope",
                   "--position", position, "--state", self.state]
        return json.loads(subprocess.run(command, cwd=TREE, text=True, stdout=subprocess.PIPE, check=False).stdout)

    def reserve(self, book):
        envelope = self.call("customer:kim", "books-reservation", "Reserve", {"bookId": book})
        return envelope["reply"]["id"], envelope["position"]

    def link_programs(self):
        """What is not built in the copy is as it was."""
        programs = TREE / "build" / PRESET / "bin"
        programs.mkdir(parents=True)
        for program in (BUILT / "bin").iterdir():
            (programs / program.name).symlink_to(program)

    def build(self):
        for program in ("maru-cli", "protoc-gen-maru"):
            (TREE / "build" / PRESET / "bin" / program).unlink()
        self.run_in_tree("cmake", "--preset", PRESET, f"-DMARU_PREBUILT={BUILT}")
        self.run_in_tree("cmake", "--build", "--preset", PRESET, "-j", "2", "--target", "maru-books-statistics", "maru-cli",
                         "books_statistics_domain_test", "books_statistics_test")
        self.run_in_tree("ctest", "--test-dir", f"build/{PRESET}", "-R", "^books_statistics_", "--no-tests=error")

    def await_serving(self, context):
        until = time.monotonic() + CATCH_UP_S
        while True:
            seen = self.call("admin:root", context, "ListStatisticsEntries", {})
            if "reply" in seen:
                return seen["reply"]
            self.assertLess(time.monotonic(), until, seen)

    def test_a_context_added_while_the_rest_runs_reads_the_topic_from_its_beginning(self):
        self.link_programs()
        self.maru("up", "books", "--detach", "--no-build", "--preset", PRESET, "--state", self.state, "--port-base", self.base)
        earlier, _ = self.reserve("토지")

        before = sources(TREE)
        self.maru("new", "books/statistics", "--hears", "reservation/Reserved")
        self.assertOnlyItsOwnFilesChanged(before, sources(TREE))
        self.build()

        self.maru("start", "statistics", "--state", self.state)
        self.await_serving("books-statistics")
        later, position = self.reserve("태백산맥")
        listed = self.call("admin:root", "books-statistics", "ListStatisticsEntries", {}, position)["reply"]["entries"]
        self.assertEqual([(entry["id"], entry["events"]) for entry in listed], [(later, "1"), (earlier, "1")])
        self.assertEqual([c["restarts"] for c in self.children()], [0] * 8)

    def assertOnlyItsOwnFilesChanged(self, before, after):
        changed = {path for path in before | after if before.get(path) != after.get(path)}
        foreign = {path for path in changed - SHARED if "/books/statistics/" not in path}
        self.assertEqual(foreign, set())
        added = set(after["mesh/context/deployments.json"].splitlines()) - set(before["mesh/context/deployments.json"].splitlines())
        self.assertEqual(len(added), 2, "one line, and the comma of the one before it")

    def children(self):
        sys.path.insert(0, str(TREE / "tools"))
        from maru_cli import supervisor  # the copy's
        return supervisor.ask(self.state, {"verb": "status"})["children"]


if __name__ == "__main__":
    unittest.main()
