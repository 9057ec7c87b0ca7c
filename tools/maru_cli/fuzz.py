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
    targets = targets_of(arguments.filter)
    if not targets:
        common.fail(f"no fuzz target matches {arguments.filter}", f"names: ctest --preset {PRESET} -N")
    build.compile_targets(PRESET, [name for name, _, _ in targets])
    findings = build.folder(PRESET) / "findings"
    findings.mkdir(exist_ok=True)
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


def targets_of(pattern):
    """(name, command, environment) of each target, as CMake declared it."""
    listed = json.loads(common.output_of(["ctest", "--preset", PRESET, "-R", pattern or ".", "--show-only=json-v1"]))
    targets = []
    for test in listed["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        environment = dict(entry.split("=", 1) for entry in properties.get("ENVIRONMENT", []))
        targets.append((test["name"], test["command"], environment))
    return targets


def command_of(command, seconds, prefix):
    """The command of a target as declared, with other limits."""
    kept = [word for word in command[1:] if not word.startswith("-")]
    return [command[0], f"-max_total_time={seconds}", f"-artifact_prefix={prefix}", "-rss_limit_mb=2048", "-timeout=25",
            "-max_len=16384", *kept]


def _run(target, seconds, findings):
    name, command, environment = target
    done = subprocess.run(command_of(command, seconds, f"{findings}/{name}-"), cwd=build.folder(PRESET), check=False,
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
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
