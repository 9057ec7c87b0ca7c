"""up, down, status, logs, start, restart, kill, reset: the processes of a local run."""

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

from maru_cli import build, common, deployments, supervisor

# From start to all SERVING; generous, a cold page cache included. Expected: under 2 s.
READY_TIMEOUT_S = 60


def register(subparsers):
    up = subparsers.add_parser("up", help="build and start the broker and the contexts of SYSTEM… (all)",
                               description="Builds what it starts, starts broker and contexts, waits until every health "
                               "check says SERVING, and stays in the foreground; Ctrl-C drains everything in order.")
    up.add_argument("systems", nargs="*", metavar="SYSTEM", help="datecourse, …; none: all")
    up.add_argument("--detach", action="store_true", help="return once everything is SERVING")
    build.add_preset(up)
    up.add_argument("--no-build", action="store_true", help="start what is built")
    up.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    _common(up, ports=True)
    up.set_defaults(run=cmd_up)

    _verb(subparsers, "down", cmd_down, "stop everything in order")
    _verb(subparsers, "status", cmd_status, "what runs, where, and whether it is SERVING", ports=True)
    logs = _verb(subparsers, "logs", cmd_logs, "show the log of one context or of the broker")
    logs.add_argument("context", metavar="CONTEXT")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as the log grows")
    logs.add_argument("-n", "--lines", type=int, default=50, help="last lines to show (50)")
    start = _verb(subparsers, "start", cmd_start, "start a context that was killed with --hold, or is new")
    start.add_argument("context", metavar="CONTEXT")
    restart = _verb(subparsers, "restart", cmd_restart, "stop one process in order and start it again")
    restart.add_argument("context", metavar="CONTEXT")
    kill = _verb(subparsers, "kill", cmd_kill, "SIGKILL one process; it is started again")
    kill.add_argument("context", metavar="CONTEXT")
    kill.add_argument("--hold", action="store_true", help="keep it down until `tools/maru start`")
    reset = _verb(subparsers, "reset", cmd_reset, "delete all data (asks first; keys and logs stay)")
    reset.add_argument("--yes", action="store_true", help="do not ask")


def _verb(subparsers, name, function, text, ports=False):
    parser = subparsers.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    _common(parser, ports)
    parser.set_defaults(run=function)
    return parser


def _common(parser, ports):
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="folder of data, logs and keys (.maru; environment MARU_STATE)")
    if ports:
        parser.add_argument("--port-base", type=int, default=port_base_from_environment(),
                            help="first port: broker = base, datecourse = base + 101 … (7000; environment MARU_PORT_BASE)")


def port_base_from_environment():
    text = os.environ.get("MARU_PORT_BASE")
    return int(text) if text else None


# --- up ---

def cmd_up(args):
    try:
        chosen = _selected(args)
    except KeyError as error:
        common.fail(f"there is no system {error}", f"known: {', '.join(deployments.systems(common.ROOT))}")
    if not args.no_build:
        build.ensure(sorted({d.binary for d in chosen} | {"maru-cli"}), args.preset)
    if args.detach:
        return _detach(args, chosen)
    return _supervise(args, chosen)


def _detach(args, chosen):
    """Starts a supervisor in a session of its own and waits for its word that all is SERVING."""
    state = pathlib.Path(args.state)
    (state / "logs").mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    command = [sys.executable, str(common.ROOT / "tools/maru"), "up", *args.systems, "--no-build", "--preset", args.preset,
               "--state", args.state, "--ready-fd", str(writing)]
    if args.port_base is not None:
        command += ["--port-base", str(args.port_base)]
    log = state / "logs" / "up.log"
    with open(log, "ab") as output:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=[writing],
                         start_new_session=True)
    os.close(writing)
    with os.fdopen(reading, "r", encoding="utf-8") as ready:
        word = ready.read()
    if word != "ready":
        common.fail(word or "the supervisor ended before everything was SERVING", f"see {log}")
    _print_table(chosen, state)
    common.say("Running in the background: `tools/maru status`, `tools/maru down`.")
    return 0


def _supervise(args, chosen):
    state = pathlib.Path(args.state)
    runner = supervisor.Supervisor(state, chosen, lambda d: command_line(d, args, _selected(args)), common.say,
                                   lambda name: _newcomer(args, name))
    with _reporting(args.ready_fd) as report:
        try:
            runner.acquire()
        except supervisor.AlreadyRunning as error:
            report.fail(f"it is already up (pid {error.args[0] or 'unknown'})",
                        "`tools/maru status` shows it, `tools/maru down` stops it")
        for deployment in chosen:
            _check_port_free(deployment, report)
        _make_keys(args, chosen)
        return _run(args, chosen, runner, report)


def _selected(args):
    return deployments.select(common.ROOT, args.systems, args.port_base)


def _make_keys(args, chosen):
    keys = str(pathlib.Path(args.state) / "keys")
    subprocess.run([binary(args.preset, "maru-cli"), "keys", "--keys", keys, *[d.name for d in chosen]], check=True)


def _newcomer(args, name):
    """A context of the systems that run which was added to deployments.json since, with its key; else None."""
    found = deployments.find(_selected(args), name)
    if found is not None:
        _make_keys(args, [found])
    return found


def _run(args, chosen, runner, report):
    """Starts, serves and stops the children of `runner`, which holds the state folder."""
    state = pathlib.Path(args.state)
    try:
        began = time.monotonic()
        runner.start_all()
        _wait_ready(runner, binary(args.preset, "maru-cli"), chosen, report)
        report.ready()
        if args.ready_fd is None:
            _print_table(chosen, state)
        common.say(f"All {len(chosen)} processes SERVING after {time.monotonic() - began:.1f} s. Ctrl-C stops them in order.")
        runner.run(_StatusLine(runner).tick)
    finally:
        common.say("Stopping: contexts first, then the broker …")
        runner.stop_all()
    common.say("Everything stopped.")
    return 0


class _reporting(contextlib.AbstractContextManager):
    """Tells the caller of --detach over a pipe, else the person in front, how the start went."""

    def __init__(self, fd):
        self._pipe = os.fdopen(fd, "w", encoding="utf-8") if fd is not None else None

    def ready(self):
        if self._pipe:
            self._pipe.write("ready")
            self._close()

    def fail(self, message, hint):
        if self._pipe:
            self._pipe.write(f"{message}: {hint}")
        common.fail(message, hint)

    def _close(self):
        if self._pipe:
            self._pipe.close()
            self._pipe = None

    def __exit__(self, *_):
        self._close()


def _check_port_free(deployment, report):
    for what, port in (("gRPC", deployment.port), ("metrics", deployment.metrics_port)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As the servers do: a port in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((deployment.host, port))
            except OSError:
                report.fail(f"port {port} ({what} of {deployment.name}) is in use",
                            "stop what listens there (`ss -ltnp`), or choose other ports with --port-base")


def _wait_ready(runner, cli, chosen, report):
    waiting = subprocess.Popen([cli, "wait", f"--timeout={READY_TIMEOUT_S}s", *[d.address for d in chosen]],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while waiting.poll() is None:
        dead = runner.first_death()
        if dead is not None:
            waiting.terminate()
            waiting.wait()
            report.fail(f"{dead.deployment.name} ended at its start (exit code {dead.process.returncode}): "
                        f"{_last_line(runner.state / 'logs' / (dead.deployment.name + '.log'))}",
                        f"`tools/maru logs {dead.deployment.name}` shows all of it")
        time.sleep(0.02)
    if waiting.returncode != 0:
        report.fail(waiting.stdout.read().strip() or "not everything is SERVING", "see `tools/maru logs CONTEXT`")


def _last_line(path):
    with contextlib.suppress(OSError):
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if lines:
            return lines[-1]
    return "no log"


def binary(preset, name):
    return str(build.folder(preset) / "bin" / name)


def command_line(deployment, args, chosen):
    state = pathlib.Path(args.state)
    command = [
        binary(args.preset, deployment.binary),
        f"--listen={deployment.address}",
        f"--metrics={deployment.metrics_address}",
        f"--data={state / 'data' / deployment.name}",
        f"--keys={state / 'keys'}",
    ]
    if deployment.system:
        command.append(f"--system={deployment.system}")
        command.append(f"--broker={next(d.address for d in chosen if not d.system)}")
        command += [f"--peers.{peer.context}={peer.address}" for peer in chosen
                    if peer.system == deployment.system and peer.name != deployment.name]
    return command


def _print_table(chosen, state):
    rows = [("context", "address", "metrics", "data")]
    for d in chosen:
        rows.append((d.name, d.address, f"http://{d.metrics_address}/metrics", os.path.relpath(state / "data" / d.name)))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        common.say("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if any(d.name == "datecourse-schedule" for d in chosen):
        address = next(d.address for d in chosen if d.name == "datecourse-schedule")
        common.say("\nFirst call:\n"
                   "  tools/maru call schedule RegisterSchedule '{\"title\":\"한강 산책\",\"content\":\"노을과 치킨\","
                   "\"uploader\":\"미나\"}' --as host:mina\n"
                   f"  grpcurl -plaintext -H \"authorization: Bearer $(tools/maru token --role customer --sub kim)\" "
                   f"{address} maru.datecourse.schedule.v1.ScheduleService/ListSchedules\n")


class _StatusLine:
    """One line that is rewritten on a terminal; elsewhere only the supervisor's own events are printed."""

    def __init__(self, runner):
        self._runner = runner
        self._began = time.monotonic()
        self._last = 0.0

    def tick(self):
        now = time.monotonic()
        if not sys.stdout.isatty() or now - self._last < 1.0:
            return
        self._last = now
        children = self._runner.children
        restarts = sum(c.restarts for c in children)
        text = (f"{sum(c.running for c in children)}/{len(children)} running · up {int(now - self._began)} s · "
                f"{restarts} restarts · Ctrl-C stops")
        sys.stdout.write("\r\x1b[K" + text)
        sys.stdout.flush()


# --- verbs over a running supervisor ---

def _ask(args, request):
    answer = supervisor.ask(args.state, request)
    if answer is None:
        common.fail("nothing is up", "start it with `tools/maru up`")
    if "error" in answer:
        common.fail(answer["error"], "`tools/maru status` lists what runs")
    return answer


def _name(args, context):
    """The full name of a child of the running supervisor."""
    children = [c["name"] for c in _ask(args, {"verb": "status"})["children"]]
    matching = [n for n in children if n == context] or [n for n in children if n.split("-", 1)[-1] == context]
    if len(matching) != 1:
        common.fail(f"{context} names {'several' if matching else 'no'} running contexts", f"running: {', '.join(children)}")
    return matching[0]


def cmd_down(args):
    answer = supervisor.ask(args.state, {"verb": "down"})
    if answer is None:
        common.say("Nothing is up.")
        return 0
    if not supervisor.wait_gone(args.state, 2 * supervisor.STOP_TIMEOUT_S + 5):
        common.fail("it did not stop in time", f"see the process {answer['pid']}")
    common.say("Everything stopped.")
    return 0


def cmd_status(args):
    children = _ask(args, {"verb": "status"})["children"]
    health = subprocess.run([any_cli(), "wait", "--once", *[c["address"] for c in children]], stdout=subprocess.PIPE,
                            text=True, check=False)
    serving = dict(line.split(" ", 1) for line in health.stdout.splitlines() if " " in line)
    for c in children:
        word = serving.get(c["address"], "unknown") if c["pid"] else "down"
        extra = f"  restarts {c['restarts']}" + (f" (last: {c['last_exit']})" if c["last_exit"] else "")
        common.say(f"{c['name']:28} {c['address']:18} {word:12} pid {c['pid'] or '-'}{extra}")
    return 0 if all(serving.get(c["address"]) == "SERVING" for c in children) else 1


def any_cli():
    for preset in build.presets():
        if os.access(binary(preset, "maru-cli"), os.X_OK):
            return binary(preset, "maru-cli")
    common.fail("maru-cli is not built", "`tools/maru build maru-cli`")


def cmd_logs(args):
    folder = pathlib.Path(args.state) / "logs"
    names = sorted(p.stem for p in folder.glob("*.log"))
    matching = [n for n in names if n == args.context] or [n for n in names if n.split("-", 1)[-1] == args.context]
    if len(matching) != 1:
        common.fail(f"no log of {args.context}", f"there are: {', '.join(names) or 'none; nothing ever ran here'}")
    command = ["tail", "-n", str(args.lines), *(["-F"] if args.follow else []), str(folder / f"{matching[0]}.log")]
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.run(command, check=False).returncode
    return 0


def cmd_start(args):
    running = [c["name"] for c in _ask(args, {"verb": "status"})["children"]]
    known = deployments.find(deployments.load(common.ROOT), args.context)
    is_new = known is not None and known.name not in running
    answer = _ask(args, {"verb": "start", "name": known.name if is_new else _name(args, args.context)})
    common.say(f"{answer['name']} is being started.")
    return 0


def cmd_restart(args):
    answer = _ask(args, {"verb": "restart", "name": _name(args, args.context)})
    common.say(f"{answer['name']} is stopping in order and will be started again.")
    return 0


def cmd_kill(args):
    answer = _ask(args, {"verb": "kill", "name": _name(args, args.context), "hold": args.hold})
    common.say(f"{answer['name']} was killed" + (" and stays down until `tools/maru start`." if args.hold
                                                  else "; it is being started again."))
    return 0


def cmd_reset(args):
    if supervisor.ask(args.state, {"verb": "status"}) is not None:
        common.fail("it is up", "`tools/maru down` first")
    data = pathlib.Path(args.state) / "data"
    if not data.exists():
        common.say("There is no data.")
        return 0
    if not args.yes:
        answer = input(f"Delete all data of all contexts and the broker in {data}? Type 'yes': ")
        if answer != "yes":
            common.say("Nothing was deleted.")
            return 1
    shutil.rmtree(data)
    common.say("All data deleted.")
    return 0
