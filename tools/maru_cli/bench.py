"""tools/maru bench: how fast a run of datecourse is here, each figure beside a bare echo server on the same gRPC."""

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from maru_cli import bench_report, build, common, deployments, run

PRESET = "release"
SYSTEM = "datecourse"
COURSES = 64
PRODUCERS = 8
_TICKS = os.sysconf("SC_CLK_TCK")
# How long events may go on after a load has ended. More is a finding, and said.
DRAIN_S = 60.0


def register(subparsers):
    parser = subparsers.add_parser("bench", help="measure against a bare echo server, on release builds",
                                   description="Starts release builds in a folder of its own, measures in interleaved rounds, prints "
                                   "a table. Nothing else should run on the machine meanwhile.")
    parser.add_argument("--quick", action="store_true", help="one short round of each (about two minutes)")
    parser.add_argument("--json", metavar="FILE", help="also write the figures as JSON")
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="the bench's folder is made beside the data here, on the same disk (.maru)")
    parser.add_argument("--no-build", action="store_true", help="measure what is built")
    parser.set_defaults(run=_bench)


def _bench(arguments):
    everything = deployments.load(common.ROOT, _free_port_base())
    chosen = [d for d in everything if d.system in ("", SYSTEM)]
    if not arguments.no_build:
        build.ensure(sorted({d.binary for d in chosen} | {"maru-cli", "maru-load"}), PRESET)
    Path(arguments.state).mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="bench-", dir=arguments.state)
    bench = Bench(folder, chosen, Plan(arguments.quick))
    try:
        bench.run()
    finally:
        bench.stop()
    # After a failure the logs are still wanted.
    shutil.rmtree(folder)
    bench.report.show()
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(bench.report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        common.say(f"written to {arguments.json}")
    return 0


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


class Bench:
    def __init__(self, folder, chosen, plan):
        self.report = bench_report.Report()
        self._folder = Path(folder)
        self._chosen = chosen
        self._plan = plan
        self._processes = {}
        self._echo = None
        self._addresses = {d.name: d.address for d in chosen}
        self._echo_address = f"127.0.0.1:{_free_port()}"
        self._courses = ""

    # --- The plan ---

    def run(self):
        common.say(f"{self._plan.rounds} rounds of {self._plan.seconds} s each; {common.cpus()} processors shared with the load")
        self._make_keys()
        self._measure_start()
        self._measure_rest()
        self._start_echo()
        self._courses = self._load("courses", "datecourse-schedule", f"--count={COURSES}", text=True).strip()
        self._measure_sync()
        for number in range(1, self._plan.rounds + 1):
            common.say(f"round {number} of {self._plan.rounds}")
            self._round()
        self._remark_memory("after all loads")

    def _round(self):
        self._measure_echo()
        self._measure_unary("read", "datecourse-schedule")
        self._measure_echo()
        command = self._measure_command("durable_command")
        self._measure_visible(command)
        self._measure_echo()
        self._stop("broker")
        self._measure_command("durable_alone", drain=False)
        self._start("broker")
        self._wait(["broker"])
        self._drain("what the broker missed")
        self._measure_echo()
        for streams in (1, PRODUCERS):
            for batch in (1, 64):
                self._measure_publish(batch, streams)
        self._measure_consume()

    # --- Figures ---

    def _measure_start(self):
        began = time.monotonic()
        for deployment in self._chosen:
            self._start(deployment.name)
        self._wait([d.name for d in self._chosen])
        self.report.add("start", time.monotonic() - began, "s")

    def _measure_rest(self):
        """Memory and CPU of six processes that have nothing to do."""
        time.sleep(2)  # What start-up has left to do in the background is not idleness.
        self.report.add("pss", self._pss_mib(), "MiB")
        before, began = self._cpu_s(), time.monotonic()
        time.sleep(self._plan.idle_seconds)
        self.report.add("idle_cpu", 100 * (self._cpu_s() - before) / (time.monotonic() - began), "%")

    def _measure_echo(self):
        result = self._load("echo", self._echo_address)
        self._say("echo", result)
        self.report.add("echo", result["per_second"], "/s")

    def _measure_unary(self, name, deployment):
        before = self._cpu_by_process()
        result = self._load(name, deployment, f"--courses={self._courses}")
        self._say(name, result, before)
        self.report.add(name, result["per_second"], "/s")
        return result

    def _measure_command(self, name, drain=True):
        before = self._cpu_by_process()
        result = self._load("command", "datecourse-communication", f"--courses={self._courses}",
                            seconds=self._plan.command_seconds)
        if drain:
            # The CPU of what the commands bring about elsewhere is theirs too.
            self._drain(f"{name}: lag at the end")
        self._say(name, result, before)
        self.report.add(name, result["per_second"], "/s")
        return result["per_second"]

    def _measure_sync(self):
        result = self._load("sync", None, f"--folder={self._folder}")
        self.report.fsync_us = result["p50_us"]
        self.report.add("fsync_p50", result["p50_us"], "µs")
        self.report.remark(f"one fsync on this disk: p50 {result['p50_us']:.0f} µs, p99 {result['p99_us']:.0f} µs")

    def _measure_visible(self, command_rate):
        """How soon a command shows: alone, and beside commands at half of the rate that they can reach."""
        idle = self._visible()
        self.report.add("visible_idle_p50", idle["p50_us"], "µs")
        common.say(f"    visible idle: p50 {idle['p50_us']:.0f} µs, p99 {idle['p99_us']:.0f} µs; "
                   f"command p50 {idle['command_p50_us']:.0f} µs")
        background = self._load_process("command", "datecourse-communication", f"--courses={self._courses}",
                                        f"--rate={command_rate / 2:.0f}", seconds=self._plan.seconds + 1)
        half = self._visible()
        background.communicate()
        self.report.add("visible_half_p99", half["p99_us"], "µs")
        common.say(f"    visible at half load: p50 {half['p50_us']:.0f} µs, p99 {half['p99_us']:.0f} µs")
        self._drain("half load: lag at the end")

    def _visible(self):
        return self._load("visible", "datecourse-communication", f"--page_address={self._addresses['datecourse-viewpage']}",
                          f"--courses={self._courses}")

    def _measure_publish(self, batch, streams):
        name = ("publish_single" if batch == 1 else "publish_batch64") + ("" if streams == 1 else f"_{streams}_streams")
        before = self._cpu_s()
        result = self._load("publish", "broker", f"--batch={batch}", f"--streams={streams}", seconds=self._plan.publish_seconds)
        spent = (self._cpu_s() - before) / (self._plan.publish_seconds + self._plan.warm_up)
        debt = self._metric("broker", "maru_broker_compaction_debt_bytes")
        common.say(f"  {name:<22} {result['per_second']:>12,.0f}/s  broker {spent:.2f} cores, load "
                   f"{result['own_cpu_s'] / self._plan.publish_seconds:.2f} cores, compaction debt {debt / 2**20:.0f} MiB")
        self.report.add(name, result["per_second"], "/s")

    def _measure_consume(self):
        before = self._cpu_s()
        result = self._load("consume", "broker", "--streams=1")
        common.say(f"  {'consume':<22} {result['per_second']:>12,.0f}/s  {result['records']:,} records; broker "
                   f"{self._cpu_s() - before:.2f} s, load {result['own_cpu_s']:.2f} s of CPU")
        self.report.add("consume", result["per_second"], "/s")

    def _say(self, name, result, cpu_before=None):
        """One line; with `cpu_before` (by process) a second one on what a call cost where."""
        common.say(f"  {name:<22} {result['per_second']:>12,.0f}/s  p50 {result['p50_us'] / 1000:.2f} ms  "
                   f"p99 {result['p99_us'] / 1000:.2f} ms  load {1e6 * result['own_cpu_s'] / max(1, result['ok']):.1f} µs of CPU a call")
        if cpu_before is not None and result["all_ok"]:
            cost = {process: 1e6 * (cpu - cpu_before[process]) / result["all_ok"]
                    for process, cpu in self._cpu_by_process().items() if process in cpu_before}
            parts = ", ".join(f"{process} {us:.1f}" for process, us in cost.items() if us >= 0.05)
            common.say(f"    CPU {sum(cost.values()):.1f} µs a call in all processes: {parts}")
            self.report.add(f"{name}_cpu", sum(cost.values()), "µs a call")
        if result["failed"]:
            self.report.remark(f"{name}: {result['failed']} calls failed: {result['first_error']}")

    def _remark_memory(self, when):
        self.report.remark(f"memory {when}: {self._pss_mib():.0f} MiB")

    # --- Events that are under way ---

    def _drain(self, what):
        """Waits until every event has taken effect everywhere, and says how far behind that was."""
        began = time.monotonic()
        first = behind = self._behind()
        while behind > 0 and time.monotonic() - began < DRAIN_S:
            time.sleep(0.02)
            behind = self._behind()
        seconds = time.monotonic() - began
        common.say(f"    {what}: {first:.0f} events, gone after {seconds:.2f} s")
        if behind > 0:
            self.report.remark(f"{what}: {behind:.0f} events are still under way after {seconds:.0f} s")

    def _behind(self):
        """Events that are not published, and published ones that some subscription has not applied."""
        contexts = [d.name for d in self._chosen if d.system]
        return sum(self._metric(name, "maru_outbox_events") + self._metric(name, "maru_events_lag") for name in contexts)

    def _metric(self, name, metric):
        """The sum of all samples of a metric; 0 without any."""
        deployment = next(d for d in self._chosen if d.name == name)
        with urllib.request.urlopen(f"http://{deployment.metrics_address}/metrics", timeout=10) as reply:
            lines = reply.read().decode("utf-8").splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith((metric + " ", metric + "{")))

    # --- Processes ---

    def _make_keys(self):
        names = [d.name for d in self._chosen] + [f"bench-p{i}" for i in range(PRODUCERS)]
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

    def _load(self, verb, target, *flags, seconds=None, text=False):
        with self._load_process(verb, target, *flags, seconds=seconds) as process:
            output, errors = process.communicate()
        if process.returncode != 0:
            common.fail(f"maru-load {verb} failed: {errors.strip()}", f"logs of the processes: {self._folder}/logs")
        return output if text else json.loads(output)

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


def _free_port_base():
    """A base whose ports are free, so that a bench runs beside what is up."""
    for base in range(12000, 20000, 500):
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
