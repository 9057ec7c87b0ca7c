"""tools/maru fuzz: runs the fuzz targets under libFuzzer."""

import concurrent.futures
import json
import os
import re
import subprocess

from maru_cli import build, common, deps

PRESET = "fuzz"
_DONE = re.compile(r"^Done (\d+) runs in (\d+) second", re.MULTILINE)
_COVERAGE = re.compile(r"\bcov: (\d+) ft: (\d+)")


def register(subparsers):
    verb = subparsers.add_parser(
        "fuzz", help="run the fuzz targets, or those whose name matches",
        description="Builds the preset fuzz and runs each target on its corpus. What a target finds is kept under build/fuzz: inputs "
                    "of interest in corpus/, what breaks an invariant in findings/. A finding belongs into the target's committed "
                    "corpus, under a name that says what went wrong: there it is a test.")
    verb.add_argument("filter", nargs="?", metavar="TARGET", default="", help="regular expression over the names of the targets")
    verb.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    verb.add_argument("--jobs", type=int, default=2, help="targets that run at a time (default: %(default)s)")
    verb.set_defaults(run=_fuzz)


def _fuzz(arguments):
    deps.ensure_packages()
    build.configure(PRESET)
    names = [test["name"] for test in _declared(arguments.filter)]
    if not names:
        common.fail(f"no fuzz target matches {arguments.filter}", f"names: ctest --preset {PRESET} -N")
    build.compile_targets(PRESET, names)
    targets = targets_of(arguments.filter)
    findings = build.folder(PRESET) / "findings"
    failed = []
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        runs = [pool.submit(_run, target, arguments.seconds, findings) for target in targets]
        for done in concurrent.futures.as_completed(runs):
            name, summary, ok = done.result()
            common.say(f"{name:<24} {summary}")
            if not ok:
                failed.append(name)
    if failed:
        common.fail("findings in: " + ", ".join(sorted(failed)), f"again: build/{PRESET}/fuzz/TARGET FILE; then move FILE into its corpus")


def _declared(pattern):
    return json.loads(common.output_of(["ctest", "--preset", PRESET, "-R", pattern or ".", "--show-only=json-v1"]))["tests"]


def targets_of(pattern):
    """(name, command, environment) of each target, as CMake declared it. They have to be built: ctest names no command of a
    program that does not exist."""
    targets = []
    for test in _declared(pattern):
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        environment = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", []))
        targets.append((test["name"], test["command"], environment))
    return targets


def command_of(command, seconds):
    """The command of a target as declared, for another time, from a fresh seed, and telling how it goes."""
    replaced = ("-max_total_time=", "-seed=", "-verbosity=")
    return [word for word in command if not word.startswith(replaced)] + [f"-max_total_time={seconds}"]


def _run(target, seconds, findings):
    name, command, environment = target
    done = subprocess.run(command_of(command, seconds), cwd=build.folder(PRESET), check=False, env={**os.environ, **environment},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        (findings / f"{name}.log").write_text(done.stdout, encoding="utf-8")
    return name, summary_of(done.stdout, done.returncode, findings / f"{name}.log"), done.returncode == 0


def summary_of(output, code, log):
    """One line on a run: executions and coverage, or where its finding is."""
    if code != 0:
        found = re.search(r"Test unit written to (\S+)", output)
        return common.red("FOUND ") + (found[1] if found else f"exit code {code}") + f" (log: {log})"
    runs = _DONE.search(output)
    coverage = _COVERAGE.findall(output)
    executions = f"{int(runs[1]):>9} executions in {runs[2]} s" if runs else "no run"
    return executions + (f", {coverage[-1][0]} edges, {coverage[-1][1]} features" if coverage else "")
