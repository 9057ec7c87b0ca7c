"""What every bench stands on: a system that runs in a folder of its own, loads on it, what the kernel counts."""

import argparse
import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from maru_cli import bench_report, common, deployments, run

PRESET = "release"
_TICKS = os.sysconf("SC_CLK_TCK")
# How long events may go on after a load has ended. More is a finding, and said.
DRAIN_S = 60.0


class Plan:
    """How long and how often."""

    def __init__(self, quick):
        self.rounds = 1 if quick else 3
        self.seconds = 2 if quick else 6
        self.warm_up = 1 if quick else 2
        self.publish_seconds = 2 if quick else 6
        self.idle_seconds = 10
        # Under the whole load the pipeline must keep up, not only begin to.
        self.command_seconds = 4 if quick else 10


@dataclasses.dataclass(frozen=True)
class Calls:
    """What maru-load sends: requests in turn to a method of a deployment, by people with a role."""

    deployment: str
    method: str
    requests: list
    role: str = "customer"

    def flags(self):
        return [f"--deployment={self.deployment}", f"--method={self.method}", f"--role={self.role}",
                f"--requests={json.dumps(self.requests)}"]


@dataclasses.dataclass(frozen=True)
class Page:
    """The query that shows what a command did: `field` of its request is `of` of the command's reply."""

    deployment: str
    method: str
    field: str
    of: str = "id"

    def flags(self, address):
        return [f"--page_address={address}", f"--page_deployment={self.deployment}", f"--page_method={self.method}",
                f"--page_field={self.field}", f"--reply_field={self.of}"]


class Bench:
    """Deployments that run in `folder`, and what is measured on them."""

    def __init__(self, folder, chosen, plan, report=None):
        self.report = report or bench_report.Report()
        self._folder = Path(folder)
        self._chosen = chosen
        self._plan = plan
        self._processes = {}
        self._echo = None
        self._addresses = {d.name: d.address for d in chosen}
        self._echo_address = f"127.0.0.1:{_free_port()}"

    # --- Figures ---

    def start_all(self):
        """Seconds until everything is SERVING."""
        began = time.monotonic()
        for deployment in self._chosen:
            self._start(deployment.name)
        self._wait([d.name for d in self._chosen])
        return time.monotonic() - began

    def restart(self, name):
        """Seconds until a deployment that was stopped is SERVING again."""
        self._stop(name)
        began = time.monotonic()
        self._start(name)
        self._wait([name])
        return time.monotonic() - began

    def _measure_start(self, suffix=""):
        """Start, memory and CPU of processes that have nothing to do."""
        self.report.add(f"start{suffix}", self.start_all(), "s")
        time.sleep(2)  # What start-up has left to do in the background is not idleness.
        self.report.add(f"pss{suffix}", self._pss_mib(), "MiB")
        before, began = self._cpu_s(), time.monotonic()
        time.sleep(self._plan.idle_seconds)
        self.report.add(f"idle_cpu{suffix}", 100 * (self._cpu_s() - before) / (time.monotonic() - began), "%")

    def _measure_echo(self):
        result = self._load("echo", self._echo_address)
        self._say("echo", result)
        self.report.add("echo", result["per_second"], "/s")

    def _measure_sync(self):
        result = self._load("sync", None, f"--folder={self._folder}")
        self.report.fsync_us = result["p50_us"]
        self.report.add("fsync_p50", result["p50_us"], "µs")
        self.report.remark(f"one fsync on this disk: p50 {result['p50_us']:.0f} µs, p99 {result['p99_us']:.0f} µs")

    def measure_calls(self, name, calls, *flags, drain=False, seconds=None):
        """Adds the rate, and what a call costs its system and the broker; with `drain` also what it brings about there."""
        system = calls.deployment.split("-")[0]
        before = {name: cpu for name, cpu in self._cpu_by_process().items() if name.split("-")[0] in (system, "broker")}
        result = self._load("unary", calls.deployment, *calls.flags(), *flags, seconds=seconds)
        if drain:
            self._drain(f"{name}: lag at the end", system)
        self._say(name, result, before)
        self.report.add(name, result["per_second"], "/s")
        return result

    def _measure_latency(self, name, calls):
        """What one caller waits for who is alone."""
        result = self._load("unary", calls.deployment, *calls.flags(), "--callers=1")
        self._say(name, result)
        self.report.add(name, result["p50_us"], "µs")

    def _visible(self, calls, page):
        result = self._load("visible", calls.deployment, *calls.flags(), *page.flags(self._addresses[page.deployment]))
        common.say(f"    {page.deployment} shows it after p50 {result['p50_us']:.0f} µs, p99 {result['p99_us']:.0f} µs; "
                   f"command p50 {result['command_p50_us']:.0f} µs")
        return result

    def _each(self, calls):
        """Sends each request once; the replies."""
        return self._load("each", calls.deployment, *calls.flags())

    def _say(self, name, result, cpu_before=None):
        """One line; with `cpu_before` (by process) a second one on what a call cost where."""
        common.say(f"  {name:<22} {result['per_second']:>12,.0f}/s  p50 {result['p50_us'] / 1000:.2f} ms  "
                   f"p99 {result['p99_us'] / 1000:.2f} ms  load {1e6 * result['own_cpu_s'] / max(1, result['ok']):.1f} µs of CPU a call")
        if cpu_before is not None and result["all_ok"]:
            cost = {process: 1e6 * (cpu - cpu_before[process]) / result["all_ok"]
                    for process, cpu in self._cpu_by_process().items() if process in cpu_before}
            parts = ", ".join(f"{process} {us:.1f}" for process, us in cost.items() if us >= 0.05)
            common.say(f"    CPU {sum(cost.values()):.1f} µs a call: {parts}")
            self.report.add(f"{name}_cpu", sum(cost.values()), "µs a call")
        if result["failed"]:
            self.report.remark(f"{name}: {result['failed']} calls failed: {result['first_error']}")

    def remark_memory(self, when):
        self.report.remark(f"memory {when}: {self._pss_mib():.0f} MiB")

    # --- Events that are under way ---

    def _drain(self, what, system):
        """Waits until every event of a system has taken effect everywhere, and says how far behind that was."""
        began = time.monotonic()
        first = behind = self._behind(system)
        while behind > 0 and time.monotonic() - began < DRAIN_S:
            time.sleep(0.02)
            behind = self._behind(system)
        seconds = time.monotonic() - began
        common.say(f"    {what}: {first:.0f} events, gone after {seconds:.2f} s")
        if behind > 0:
            self.report.remark(f"{what}: {behind:.0f} events are still under way after {seconds:.0f} s")

    def _behind(self, system):
        """Events that are not published, and published ones that some subscription has not applied."""
        contexts = [d.name for d in self._chosen if d.system == system]
        return sum(self._metric(name, "maru_outbox_events") + self._metric(name, "maru_events_lag") for name in contexts)

    def _metric(self, name, metric):
        """The sum of all samples of a metric; 0 without any."""
        deployment = next(d for d in self._chosen if d.name == name)
        with urllib.request.urlopen(f"http://{deployment.metrics_address}/metrics", timeout=10) as reply:
            lines = reply.read().decode("utf-8").splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith((metric + " ", metric + "{")))

    # --- Processes ---

    def make_keys(self, *more):
        names = [*(d.name for d in self._chosen), *more]
        subprocess.run([run.binary(PRESET, "maru-cli"), "keys", "--keys", str(self._folder / "keys"), *names], check=True)

    def _start(self, name):
        deployment = next(d for d in self._chosen if d.name == name)
        command = run.command_line(deployment, argparse.Namespace(state=str(self._folder), preset=PRESET), self._chosen)
        (self._folder / "logs").mkdir(exist_ok=True)
        with open(self._folder / "logs" / f"{name}.log", "ab") as log:
            self._processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _stop(self, name):
        process = self._processes.pop(name)
        process.terminate()
        process.wait(30)

    def _wait(self, names):
        done = subprocess.run([run.binary(PRESET, "maru-cli"), "wait", "--timeout", "30s", *[self._addresses[n] for n in names]],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            common.fail(f"not everything is SERVING: {done.stderr.strip()}", f"logs of the processes: {self._folder}/logs")

    def _start_echo(self):
        self._echo = subprocess.Popen([run.binary(PRESET, "maru-load"), "echo-server", f"--address={self._echo_address}"],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._echo.stdout.readline()

    def stop(self):
        """Ends everything that runs; contexts before the broker."""
        if self._echo:
            self._echo.terminate()
            self._echo.wait(10)
            self._echo.stdout.close()
        for name in sorted(self._processes, key=lambda n: n == "broker"):
            process = self._processes[name]
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def _load_process(self, verb, target, *flags, seconds=None):
        command = [run.binary(PRESET, "maru-load"), verb, f"--keys={self._folder / 'keys'}",
                   f"--seconds={seconds or self._plan.seconds}s", f"--warm_up={self._plan.warm_up}s", *flags]
        if target:
            command.append(f"--address={self._addresses.get(target, target)}")
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def _load(self, verb, target, *flags, seconds=None):
        with self._load_process(verb, target, *flags, seconds=seconds) as process:
            output, errors = process.communicate()
        if process.returncode != 0:
            common.fail(f"maru-load {verb} failed: {errors.strip()}", f"logs of the processes: {self._folder}/logs")
        return json.loads(output)

    # --- What the kernel counts ---

    def _cpu_by_process(self):
        """CPU time that the processes that run have used so far, by name."""
        return {name: _cpu_of(process.pid) for name, process in self._processes.items()}

    def _cpu_s(self):
        return sum(self._cpu_by_process().values())

    def _pss_mib(self):
        return sum(_pss_kib(process.pid) for process in self._processes.values()) / 1024


def _cpu_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS  # utime, stime: proc(5)


def _pss_kib(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def free_port_base(first=12000):
    """A base whose ports are free, so that a bench runs beside what is up."""
    for base in range(first, 20000, 1000):
        ports = [p for d in deployments.load(common.ROOT, base) for p in (d.port, d.metrics_port)]
        if all(_is_free(port) for port in ports):
            return base
    return common.fail("no free ports between 12000 and 30000", "stop what listens there (`ss -ltnp`)")


def _is_free(port):
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
