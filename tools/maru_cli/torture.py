"""tools/maru torture: kills the processes of systems of its own, again and again, under a load, and checks what is left."""

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from maru_cli import build, common

# Without --minutes: with --kills that many kills should be reached.
DEFAULT_MINUTES = 1.0
MINUTES_WITH_KILLS = 30.0
# What the program started is killed with it, but not before it has ended.
_GONE_S = 10.0


def register(subparsers):
    parser = subparsers.add_parser(
        "torture", help="SIGKILL random processes under load, then check that nothing was lost or done twice",
        description="Starts systems of its own on free ports, puts a load on them, SIGKILLs (SIGTERMs, SIGSTOPs) random processes, "
        "and compares what is stored with what was acknowledged, again and again. Exits non-zero on any violation.")
    parser.add_argument("--systems", nargs="+", default=[], metavar="SYSTEM", help="datecourse, food, … (all)")
    parser.add_argument("--minutes", type=_positive, help="how long; checks are not counted "
                        f"({DEFAULT_MINUTES:.0f}; with --kills {MINUTES_WITH_KILLS:.0f})")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="end after so many kills and pauses")
    parser.add_argument("--seed", type=int, help="what strikes whom and when, and what the load does (default: a new one, printed)")
    parser.add_argument("--pauses", action="store_true", help="SIGSTOP for 1 to 20 s instead of SIGKILL")
    build.add_preset(parser)
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="a folder for this run is made in here, on the same disk (.maru)")
    parser.add_argument("--no-build", action="store_true", help="run what is built")
    parser.set_defaults(run=_torture)


def _positive(text):
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


def _torture(arguments):
    if not arguments.no_build:
        build.ensure(["maru-torture"], arguments.preset)
    seed = random.SystemRandom().randrange(1 << 32) if arguments.seed is None else arguments.seed
    minutes = arguments.minutes or (MINUTES_WITH_KILLS if arguments.kills else DEFAULT_MINUTES)
    Path(arguments.state).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="torture-", dir=arguments.state))
    common.say(f"seed {seed}, {minutes:g} minutes, {arguments.preset} build")
    code = None
    try:
        code = _run(arguments, folder, seed, minutes)
    finally:
        # After a violation the data and the logs are still wanted.
        if code in (0, None):
            _remove(folder)
    if code != 0:
        common.fail(f"seed {seed}: not everything is as it must be (exit code {code})",
                    f"look at {folder}/logs and {folder}/data; repeat: tools/maru torture --seed {seed} --minutes {minutes:g}"
                    + (" --pauses" if arguments.pauses else "")
                    + (f" --systems {' '.join(arguments.systems)}" if arguments.systems else ""))
    return 0


def _run(arguments, folder, seed, minutes):
    binaries = build.folder(arguments.preset)
    command = [str(binaries / "bin" / "maru-torture"), f"--folder={folder}", f"--systems={','.join(arguments.systems)}", f"--seed={seed}", f"--duration={minutes * 60:g}s",
               f"--strikes={arguments.kills}", f"--pauses={str(arguments.pauses).lower()}"]
    environment = common.environment(MARU_SOURCE_DIR=str(common.ROOT), MARU_BINARY_DIR=str(binaries))
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.kill()
            raise


def _remove(folder):
    until = time.monotonic() + _GONE_S
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
