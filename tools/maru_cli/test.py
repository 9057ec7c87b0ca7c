"""tools/maru test: dependencies, build, tests, each against a time budget."""

import json
import re
import subprocess
import sys

from maru_cli import build, common, deps

# Seconds for a run from a cold cache on two processors; together 51 minutes. A stage over budget is said, and is not a failure.
BUDGET = {"deps": 180, "configure": 60, "build": 1560, "tests": 1260}
# Tests that are free of gRPC: the packaged gRPC is not instrumented for the thread sanitizer.
TSAN_LABEL = "core"

_SUMMARY = re.compile(r"^\d+% tests passed")


def register(subparsers):
    verb = subparsers.add_parser("test", help="build and run all tests, or those whose name matches",
                                 description="Installs what is missing, builds, runs the tests. The exit code is ctest's.")
    verb.add_argument("filter", nargs="?", metavar="FILTER", help="regular expression over the names of the tests")
    how = verb.add_mutually_exclusive_group()
    how.add_argument("--asan", dest="preset", action="store_const", const="asan",
                     help="under the address and undefined behaviour sanitizers")
    how.add_argument("--tsan", dest="preset", action="store_const", const="tsan",
                     help="tests labelled core under the thread sanitizer")
    how.add_argument("--preset", choices=build.presets(), help="how to build (default: dev)")
    verb.set_defaults(run=_test, preset="dev")


def _test(arguments):
    stages = Stages()
    label = TSAN_LABEL if arguments.preset == "tsan" else None
    with stages.stage("deps"):
        deps.ensure_packages()
        deps.ensure_grpcurl()
        deps.ensure_python()
    with stages.stage("configure"):
        build.configure(arguments.preset)
    with stages.stage("build"):
        build.compile_targets(arguments.preset, targets_of(arguments.preset, arguments.filter, label))
    with stages.stage("tests"):
        code, summary = run_ctest(arguments.preset, arguments.filter, label)
    common.say(stages.total())
    # ctest's own words come last: whoever reads the end of a log finds the result there.
    common.say("".join(summary).strip("\n"))
    return code


class Stages:
    """Times each stage and says so as soon as it is over."""

    def __init__(self):
        self._progress = common.Progress("")

    def stage(self, name):
        return _Stage(name)

    def total(self):
        return stage_line("total", self._progress.seconds(), sum(BUDGET.values()))


class _Stage:
    def __init__(self, name):
        self._name = name

    def __enter__(self):
        self._progress = common.Progress(self._name)

    def __exit__(self, kind, *_):
        if kind is None:
            common.say(stage_line(self._name, self._progress.seconds(), BUDGET[self._name]))


def stage_line(name, seconds, budget):
    line = f"{name:<10} {seconds:7.1f} s of {budget} s"
    return line if seconds <= budget else common.colour(line + "  OVER BUDGET", "yellow")


def targets_of(preset, pattern, label):
    """What to build for the tests chosen: a test is also a target of its name. Empty: everything."""
    if pattern is None:
        return [f"maru_tests_{label}"] if label else []
    chosen = json.loads(common.output_of([*_ctest(preset, pattern, label), "--show-only=json-v1"]))
    names = [test["name"] for test in chosen["tests"]]
    if not names:
        common.fail(f"no test matches {pattern}", f"names: ctest --preset {preset} -N")
    return names


def run_ctest(preset, pattern=None, label=None, quiet=False):
    """Runs the tests chosen. Shows ctest's output but for its summary, which is returned with the exit code; when `quiet`,
    shows nothing and returns all of it."""
    process = subprocess.Popen([*_ctest(preset, pattern, label), "-j", str(common.cpus())], cwd=common.ROOT,
                               env=common.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    summary = []
    with process:
        for line in process.stdout:
            if quiet or summary or _SUMMARY.match(line):
                summary.append(line)
            else:
                sys.stdout.write(line)
                sys.stdout.flush()
    return process.returncode, summary


def _ctest(preset, pattern, label):
    command = ["ctest", "--preset", preset, "--no-tests=error"]
    if pattern is not None:
        command += ["-R", pattern]
    if label:
        command += ["-L", f"^({label})$"]
    return command
