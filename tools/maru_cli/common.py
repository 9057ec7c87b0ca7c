"""What all verbs share: where things are, how to speak, how to run other programs."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Programs that belong to this checkout (grpcurl, buf), each in the version named in deps.py.
TOOLS = ROOT / ".maru" / "tools"
TOOLS_BIN = TOOLS / "bin"

_COLOURS = {"red": "31", "green": "32", "yellow": "33", "dim": "2", "bold": "1"}
# Without a terminal a progress line would fill the log: one now and then shows that it lives.
_SECONDS_BETWEEN_LOG_LINES = 30


class Failure(Exception):
    """Ends the verb with exit code 1: what went wrong, and what to do about it."""

    def __init__(self, message, hint=None):
        super().__init__(message)
        self.message = message
        self.hint = hint

    def show(self):
        print(colour("error: ", "red", sys.stderr) + self.message, file=sys.stderr)
        if self.hint:
            print("  → " + self.hint, file=sys.stderr)


def fail(message, hint=None):
    raise Failure(message, hint)


def colour(text, name, stream=None):
    """`text` in a colour where `stream` (default: stdout) is a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_COLOURS[name]}m{text}\033[0m"


def red(text):
    return colour(text, "red")


def green(text):
    return colour(text, "green")


def say(text=""):
    print(text, flush=True)


def warn(text):
    print(colour("warning: ", "yellow", sys.stderr) + text, file=sys.stderr, flush=True)


def environment(**changes):
    """The environment for programs that are run from here: this checkout's tools come first."""
    result = dict(os.environ)
    result["PATH"] = f"{TOOLS_BIN}{os.pathsep}{result.get('PATH', os.defpath)}"
    result.update(changes)
    return result


def cpus():
    """Processors that this process may use: fewer than the host has in a container."""
    return len(os.sched_getaffinity(0))


class Progress:
    """One line that is rewritten on a terminal; a line every half minute elsewhere."""

    def __init__(self, title):
        self._title = title
        self._started = self._logged = time.monotonic()
        self._tty = sys.stdout.isatty()

    def seconds(self):
        return time.monotonic() - self._started

    def update(self, detail):
        line = f"{self._title}  {detail}"
        if self._tty:
            width = os.get_terminal_size().columns - 1
            print("\r\033[K" + line[:width], end="", flush=True)
        elif time.monotonic() - self._logged >= _SECONDS_BETWEEN_LOG_LINES:
            self._logged = time.monotonic()
            say(f"{line}  ({self.seconds():.0f} s)")

    def clear(self):
        if self._tty:
            print("\r\033[K", end="", flush=True)


def run(title, command, hint=None, env=None, cwd=ROOT, detail=None):
    """Runs `command` behind a progress line and returns its output (stdout and stderr together, as text).

    The output is shown only when it fails, which ends the verb. `detail(line)` may turn a line of output into a few words for
    the progress line; such a line is not kept.
    """
    progress = Progress(title)
    progress.update("")
    kept = []
    try:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=env or environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    except FileNotFoundError:
        fail(f"{title}: {command[0]} is not installed", "run `tools/maru deps`")
    with process:
        for line in process.stdout:
            words = detail(line) if detail else None
            if words is None:
                kept.append(line)
            else:
                progress.update(words)
    progress.clear()
    output = "".join(kept)
    if process.returncode != 0:
        say(output.rstrip("\n"))
        fail(f"{title} failed (exit code {process.returncode}): {shlex.join(str(part) for part in command)}", hint)
    return output


def output_of(command, cwd=ROOT):
    """The standard output of a command that is expected to succeed."""
    try:
        return subprocess.run(
            [str(part) for part in command], cwd=cwd, env=environment(), check=True, text=True, capture_output=True).stdout
    except FileNotFoundError:
        fail(f"{command[0]} is not installed", "run `tools/maru deps`")
    except subprocess.CalledProcessError as error:
        fail(f"{shlex.join(error.cmd)}: {error.stderr.strip()}")
