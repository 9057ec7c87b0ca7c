"""tools/maru sim: plays a whole system in one process under virtual time, with faults, from seeds."""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from maru_cli import build, common, sim_coverage

REGRESSIONS = common.ROOT / "tests" / "simulation" / "regressions.txt"
# Seeds that one run of the program plays: few enough to share the work evenly, many enough not to pay for its start.
_CHUNK = 20
# Fresh seeds begin somewhere in here: short enough to read out.
_FRESH = 1 << 32

# Ends a job without results.
_Crashed = collections.namedtuple("_Crashed", ["seeds", "code"])


def register(subparsers):
    parser = subparsers.add_parser(
        "sim", help="simulate a whole system under virtual time, with faults, from seeds",
        description="Plays broker and contexts of a system in one process on one thread under virtual time: a load, crashes, torn "
        "commits, partitions, slow and full disks, clocks that jump, all from a seed; then checks that nothing was lost or done "
        "twice and that all came to rest. A seed that fails fails again in the same way. Exits non-zero when one does.")
    parser.add_argument("--system", default="datecourse", metavar="NAME", help="which system (%(default)s); all: all on one broker")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--seed", type=int, metavar="N", help="play this one")
    what.add_argument("--seeds", type=_range, metavar="FROM-TO", help="play these (without any choice: 1-100)")
    what.add_argument("--minutes", type=float, metavar="M", help="play fresh ones so long")
    parser.add_argument("--fresh", type=int, default=0, metavar="N", help="and so many fresh ones")
    parser.add_argument("--regressions", action="store_true", help="and those that once failed (tests/simulation/regressions.txt)")
    parser.add_argument("--steps", action="store_true", help="of one seed: print all that happens")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="of one seed: write all that happens")
    parser.add_argument("--jobs", type=int, default=common.cpus(), metavar="N", help="processes at once (%(default)s)")
    build.add_preset(parser)
    parser.add_argument("--coverage", action="store_true",
                        help="also measure how much of the production code the seeds reach (a build of its own)")
    parser.set_defaults(run=_sim, preset="release")
    parser.add_argument("--no-build", action="store_true", help="run what is built")
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="keys of the simulation are kept in here (.maru)")


def _range(text):
    first, _, last = text.partition("-")
    try:
        return range(int(first), int(last or first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not FROM-TO") from None


def _sim(arguments):
    if arguments.coverage:
        arguments.preset = sim_coverage.PRESET
    if not arguments.no_build:
        build.ensure(["maru-sim"], arguments.preset)
    # ctest says where it has built.
    binaries = Path(os.environ.get("MARU_BINARY_DIR", build.folder(arguments.preset)))
    program = binaries / "bin" / "maru-sim"
    keys = Path(arguments.state) / "sim-keys"
    keys.mkdir(parents=True, exist_ok=True)
    if arguments.seed is not None and (arguments.steps or arguments.trace):
        return _play_aloud(arguments, program, keys)
    if not arguments.coverage:
        return _Player(program, keys, arguments).play(_chunks(arguments))
    with tempfile.TemporaryDirectory(prefix="coverage-", dir=arguments.state) as profiles:
        player = _Player(program, keys, arguments, common.environment(LLVM_PROFILE_FILE=f"{profiles}/%p.profraw"))
        code = player.play(_chunks(arguments))
        sim_coverage.report(program, Path(profiles), arguments.system)
    return code


def _play_aloud(arguments, program, keys):
    trace = arguments.trace or Path("/dev/stdout")
    return subprocess.run([program, f"--system={arguments.system}", f"--from={arguments.seed}", f"--to={arguments.seed}",
                           f"--keys={keys}", f"--trace={trace}"], check=False).returncode


def regressions(system):
    """The seeds of a system that once failed."""
    lines = (line.partition("#")[0].split() for line in REGRESSIONS.read_text(encoding="utf-8").splitlines())
    return [int(words[1]) for words in lines if words and words[0] == system]


def _chunks(arguments):
    """Ranges of seeds, without end when only the time ends them."""
    if arguments.seed is not None:
        yield range(arguments.seed, arguments.seed + 1)
    if arguments.regressions:
        for seed in regressions(arguments.system):
            yield range(seed, seed + 1)
    ranges = []
    if arguments.seeds is not None:
        ranges.append(arguments.seeds)
    elif arguments.seed is None and arguments.minutes is None:
        ranges.append(range(1, 101))
    fresh = random.SystemRandom().randrange(_FRESH)
    if arguments.fresh:
        common.say(f"fresh seeds {fresh}-{fresh + arguments.fresh - 1}")
        ranges.append(range(fresh, fresh + arguments.fresh))
    for seeds in ranges:
        for first in range(seeds.start, seeds.stop, _CHUNK):
            yield range(first, min(first + _CHUNK, seeds.stop))
    if arguments.minutes is not None:
        common.say(f"fresh seeds from {fresh}")
        until = time.monotonic() + arguments.minutes * 60
        while time.monotonic() < until:
            yield range(fresh, fresh + _CHUNK)
            fresh += _CHUNK


class _Player:
    """Plays chunks in several processes and adds up what they say."""

    def __init__(self, program, keys, arguments, environment=None):
        self._program = [program, f"--system={arguments.system}", f"--keys={keys}"]
        self._jobs, self._preset, self._environment = arguments.jobs, arguments.preset, environment
        self._totals = collections.Counter()
        self._crashed = []

    def play(self, chunks):
        # Made once: several processes would race for it.
        subprocess.run([*self._program, "--prepare"], env=self._environment, check=True)
        progress = common.Progress("sim")
        started = time.monotonic()
        running = []
        try:
            for seeds in chunks:
                while len(running) == self._jobs:
                    running = self._reap(running)
                    progress.update(f"{self._totals['seeds']} seeds, {self._totals['failed']} failed")
                running.append((seeds, self._start(seeds)))
            while running:
                running = self._reap(running)
        finally:
            for _, process in running:
                process.kill()
                process.wait()
            progress.clear()
        return self._report(time.monotonic() - started)

    def _start(self, seeds):
        command = [*self._program, f"--from={seeds.start}", f"--to={seeds.stop - 1}"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=self._environment, text=True, errors="replace")

    def _reap(self, running):
        """Waits for the oldest; what the others print fits into their pipes or waits there."""
        (seeds, process), *others = running
        output, _ = process.communicate()
        *said, figures = output.splitlines() or [""]
        try:
            self._totals.update(json.loads(figures))
        except ValueError:
            self._crashed.append(_Crashed(seeds, process.returncode))
            said.append(figures)
        if said:
            sys.stdout.write("\n".join(said) + "\n")
            sys.stdout.flush()
        return others

    def _report(self, took):
        totals = self._totals
        seeds, cpu = totals["seeds"], totals["cpu_seconds"]
        if seeds and cpu:
            common.say(f"{seeds} seeds ({self._preset}, {self._jobs} jobs), {totals['failed']} failed: {seeds / took:.1f} a second, "
                       f"{totals['virtual_seconds'] / cpu:.0f} virtual hours per CPU hour; per seed "
                       f"{totals['acknowledged'] / seeds:.0f} commands acknowledged, {totals['calls'] / seeds:.0f} calls, "
                       f"{totals['faults'] / seeds:.1f} faults; {totals['repeated']} played twice")
        if not totals["failed"] and not self._crashed:
            return 0
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=common.ROOT, capture_output=True, text=True,
                                check=False).stdout.strip()
        for crash in self._crashed:
            common.say(f"seeds {crash.seeds.start}-{crash.seeds.stop - 1}: maru-sim ended with {crash.code}")
        common.fail(f"{totals['failed']} seeds failed and {len(self._crashed)} runs crashed at commit {commit}",
                    "repeat: tools/maru sim --system NAME --seed N --trace FILE; once understood, name it in tests/simulation/regressions.txt")
        return 1
