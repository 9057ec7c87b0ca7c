"""Starts the processes of a local run, restarts what dies, and stops all of it in order.

One thread: children are polled, requests of other `tools/maru` calls come in over a Unix socket
(`<state>/control.sock`), one JSON object a line each way.
"""

import dataclasses
import errno
import fcntl
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

POLL_S = 0.1
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 10.0
# A process that ran this long is healthy again: its next death starts with the first backoff.
HEALTHY_AFTER_S = 30.0
# From SIGTERM to SIGKILL. Longer than a context's own bound for an ordered shutdown.
STOP_TIMEOUT_S = 30.0


class AlreadyRunning(Exception):
    """Another supervisor holds the state folder; args[0] is its pid, if known."""


@dataclasses.dataclass
class Child:
    deployment: object
    command: list
    process: subprocess.Popen = None
    started_at: float = 0.0
    restarts: int = 0
    backoff_s: float = FIRST_BACKOFF_S
    next_start: float = 0.0
    wanted: bool = True
    last_exit: str = ""

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def describe(self):
        return {
            "name": self.deployment.name,
            "address": self.deployment.address,
            "metrics": self.deployment.metrics_address,
            "pid": self.process.pid if self.running else None,
            "restarts": self.restarts,
            "wanted": self.wanted,
            "last_exit": self.last_exit,
        }


class Supervisor:
    def __init__(self, state, deployments, command_of, say, newcomer=lambda name: None):
        """`command_of(deployment)` is its command line; `say(text)` tells a person what happened; `newcomer(name)` is a
        deployment that was added since, or None."""
        self._command_of = command_of
        self._newcomer = newcomer
        self.state = pathlib.Path(state)
        self.say = say
        self.children = [Child(d, command_of(d)) for d in deployments]
        self.stopping = False
        self._lock = None
        self._listener = None

    # --- life ---

    def acquire(self):
        """Takes the state folder for this process. Raises AlreadyRunning."""
        (self.state / "logs").mkdir(parents=True, exist_ok=True)
        self._lock = open(self.state / "up.lock", "a+", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.seek(0)
            raise AlreadyRunning(self._lock.read().strip()) from error
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        path = self.state / "control.sock"
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(8)

    def start_all(self):
        for child in self.children:
            self._start(child)

    def first_death(self):
        """The first child that is not running, with how it ended; None while all run."""
        for child in self.children:
            if not child.running:
                return child
        return None

    def run(self, tick):
        """Serves until a stop is asked for by signal or request. Calls `tick()` about ten times a second."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        while not self.stopping:
            self._restart_dead()
            self._serve_requests(POLL_S)
            tick()

    def stop_all(self):
        """Contexts first, so that they can hand their outboxes to the broker; the broker last."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        contexts = [c for c in self.children if c.deployment.system]
        brokers = [c for c in self.children if not c.deployment.system]
        for group in (contexts, brokers):
            self._stop(group)
        if self._listener is not None:
            self._listener.close()
            (self.state / "control.sock").unlink(missing_ok=True)

    # --- children ---

    def _start(self, child):
        log = open(self.state / "logs" / f"{child.deployment.name}.log", "ab")
        with log:
            # Its own session: Ctrl-C reaches the supervisor alone, which then drains in order.
            child.process = subprocess.Popen(child.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             start_new_session=True)
        child.started_at = time.monotonic()
        child.wanted = True

    def _restart_dead(self):
        now = time.monotonic()
        for child in self.children:
            if child.running or not child.wanted:
                continue
            if child.process is not None:
                self._note_death(child, now)
            if now >= child.next_start:
                child.restarts += 1
                self._start(child)
                self.say(f"{child.deployment.name} started again (restart {child.restarts})")

    def _note_death(self, child, now):
        code = child.process.returncode
        child.last_exit = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if now - child.started_at > HEALTHY_AFTER_S or code == 0:
            child.backoff_s = FIRST_BACKOFF_S
        child.next_start = now if code == 0 else now + child.backoff_s
        if code != 0:
            self.say(f"{child.deployment.name} died ({child.last_exit}); starting it again in {child.backoff_s:.1f} s; "
                     f"log: tools/maru logs {child.deployment.name}")
            child.backoff_s = min(child.backoff_s * 2, LONGEST_BACKOFF_S)
        child.process = None

    def _stop(self, children):
        for child in children:
            child.wanted = False
            if child.running:
                child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_TIMEOUT_S
        for child in children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.deployment.name} did not stop within {STOP_TIMEOUT_S:.0f} s: killed")
                child.process.kill()
                child.process.wait()

    def _admit(self, name):
        deployment = self._newcomer(name)
        if deployment is None:
            return None
        child = Child(deployment, self._command_of(deployment))
        self._start(child)
        self.children.append(child)
        return child

    # --- requests ---

    def _on_signal(self, _number, _frame):
        self.stopping = True

    def _serve_requests(self, timeout_s):
        try:
            ready, _, _ = select.select([self._listener], [], [], timeout_s)
        except OSError as error:
            if error.errno != errno.EINTR:
                raise
            return
        if not ready:
            return
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(5)
            try:
                request = json.loads(connection.makefile("r", encoding="utf-8").readline())
                answer = self._answer(request)
                connection.sendall((json.dumps(answer) + "\n").encode("utf-8"))
            except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
                self.say(f"a request could not be answered: {error}")

    def _answer(self, request):
        verb = request.get("verb")
        if verb == "status":
            return {"pid": os.getpid(), "children": [c.describe() for c in self.children]}
        if verb == "down":
            self.stopping = True
            return {"pid": os.getpid()}
        child = next((c for c in self.children if c.deployment.name == request.get("name")), None)
        if child is None and verb == "start":
            child = self._admit(request.get("name"))
        if child is None:
            return {"error": f"{request.get('name')} is not part of this run"}
        if verb == "start":
            child.wanted, child.next_start = True, 0.0
        elif verb == "restart":
            child.wanted, child.next_start = True, 0.0
            if child.running:
                child.process.send_signal(signal.SIGTERM)
        elif verb == "kill":
            if child.running:
                child.process.kill()
                child.process.wait()
            if request.get("hold", False):
                child.wanted, child.process, child.last_exit = False, None, "signal SIGKILL"
        else:
            return {"error": f"unknown verb {verb}"}
        return child.describe()


def ask(state, request, timeout_s=10.0):
    """Sends one request to the supervisor of `state`; None when none runs."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout_s)
    with client:
        try:
            client.connect(str(pathlib.Path(state) / "control.sock"))
            client.sendall((json.dumps(request) + "\n").encode("utf-8"))
            line = client.makefile("r", encoding="utf-8").readline()
        except (FileNotFoundError, ConnectionError):
            return None
    return json.loads(line) if line else None


def wait_gone(state, timeout_s):
    """Until no supervisor holds `state`; False when one still does after `timeout_s`."""
    until = time.monotonic() + timeout_s
    with open(pathlib.Path(state) / "up.lock", "a", encoding="ascii") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                if time.monotonic() > until:
                    return False
                time.sleep(0.02)
