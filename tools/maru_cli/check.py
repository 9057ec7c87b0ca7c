"""tools/maru check and format: what a change should pass before it is shown to others."""

import concurrent.futures
import json
import os
import re
import subprocess
import time
from pathlib import Path

from maru_cli import build, common, deps, determinism, folders, tidy_cache
from maru_cli.test import run_ctest

PRESET = "dev"
CLANG_FORMAT = "clang-format-19"
CLANG_TIDY = "clang-tidy-19"
BUF = common.TOOLS_BIN / "buf"
# Contracts of other projects stay as they came.
_OURS = [":!proto/third_party"]
# How clang-format and buf name a file that they would change.
_NOT_FORMATTED = re.compile(r"^(\S+?):\d+:\d+: error: code should be clang-formatted|^diff -u (\S+)\.orig ", re.MULTILINE)


def register(subparsers):
    verb = subparsers.add_parser(
        "check", help="format, tidy, proto lint, determinism, folder list, sources in no target, unit tests",
        description="Runs every step even after one has failed, and lists the failures at the end. clang-tidy looks at the C++ files "
                    "named, or else at those that differ from main (on main: from the commit before).")
    verb.add_argument("files", nargs="*", metavar="FILE", help="C++ sources for clang-tidy")
    verb.set_defaults(run=_check)
    verb = subparsers.add_parser("format", help="rewrite C++ sources and contracts in the agreed format")
    verb.set_defaults(run=_format)


def _check(arguments):
    deps.ensure_packages()
    deps.ensure_buf()
    steps = {
        "format": check_format,
        "proto lint": lambda: run_tool([BUF, "lint"]),
        "folders": lambda: "\n".join(folders.problems(common.ROOT, tracked())),
        "determinism": lambda: "\n".join(determinism.problems(common.ROOT, tracked("*.cc", "*.h"))),
        "build": build_unit_tests,
        "targets": lambda: unbuilt(tracked("*.cc", "proto/maru/*.proto"), compile_commands()),
        "tidy": lambda: check_tidy([Path(file).resolve() for file in arguments.files] or changed_sources()),
        "unit tests": run_unit_tests,
    }
    failed = []
    for name, step in steps.items():
        started = time.monotonic()
        try:
            problem = step()
        except common.Failure as failure:
            problem = failure.message
        mark = common.red("failed") if problem else common.green("ok")
        common.say(f"{name:<12} {time.monotonic() - started:6.1f} s  {mark}")
        if problem:
            common.say(problem.rstrip("\n"))
            failed.append(name)
    if failed:
        common.fail("failed: " + ", ".join(failed), "`tools/maru format` mends the format" if "format" in failed else None)
    common.say("all checks passed")


def _format(_):
    deps.ensure_packages()
    deps.ensure_buf()
    # Twice: where it breaks a line, clang-format may want to align what it sees the next time.
    rewrite = [CLANG_FORMAT, "-i", *sources()]
    problem = run_tool(rewrite) or run_tool(rewrite) or run_tool([BUF, "format", "--write", "--path", "proto/maru"])
    if problem:
        common.fail(problem)


# --- Steps: each returns what is wrong, or an empty string ------------------------------------------------------------


def check_format():
    cpp = run_tool([CLANG_FORMAT, "--dry-run", "--Werror", "--ferror-limit=1", *sources()])
    contracts = run_tool([BUF, "format", "--diff", "--exit-code", "--path", "proto/maru"])
    files = _NOT_FORMATTED.findall(cpp + contracts)
    # A tool that failed without naming a file says why itself.
    return "\n".join("".join(names) + " is not formatted" for names in files) or cpp + contracts


def build_unit_tests():
    build.ensure(["maru_tests_unit", "maru_tests_core"], PRESET)
    return ""


def compile_commands():
    """The entries of compile_commands.json by the path of their source."""
    text = (build.folder(PRESET) / "compile_commands.json").read_text(encoding="utf-8")
    return {Path(entry["file"]): entry for entry in json.loads(text)}


def unbuilt(paths, commands):
    """Sources and contracts that no target compiles: their tests would pass by never being run."""
    generated = build.folder(PRESET) / "gen"
    problems = []
    for path in paths:
        compiled = common.ROOT / path
        if path.endswith(".proto"):
            compiled = (generated / Path(path).relative_to("proto")).with_suffix(".pb.cc")
        if compiled not in commands and "testdata" not in compiled.parts:
            problems.append(f"{path} is in no target: does its folder, and every one above it, have a CMakeLists.txt?")
    return "\n".join(problems)


def run_unit_tests():
    code, summary = run_ctest(PRESET, label="unit|core", quiet=True)
    return "" if code == 0 else "".join(summary)


def check_tidy(files):
    """clang-tidy over those of `files` that are compiled. A file that passed is not looked at again until something it reads
    has changed."""
    folder = build.folder(PRESET)
    commands = compile_commands()
    entries = [commands[file] for file in files if file in commands]
    if not entries:
        return ""
    # Compiled first: that makes the generated headers, and tells the cache what each source reads.
    build.compile_targets(PRESET, [tidy_cache.object_of(entry) for entry in entries])
    cache = tidy_cache.TidyCache(folder, common.ROOT / ".clang-tidy")
    progress = common.Progress("clang-tidy")

    def tidy(entry):
        key = cache.key(entry)
        if cache.passed(key):
            return ""
        problem = run_tool([CLANG_TIDY, "--quiet", "-p", folder, entry["file"]])
        if not problem:
            cache.remember(key)
        return problem

    problems = []
    with concurrent.futures.ThreadPoolExecutor(common.cpus()) as pool:
        for done, problem in enumerate(pool.map(tidy, entries), 1):
            problems.append(problem)
            progress.update(f"{done}/{len(entries)}")
    progress.clear()
    return "".join(problems)


# --- Files ------------------------------------------------------------------------------------------------------------


def tracked(*patterns):
    """Paths under version control or about to be (not ignored), relative to the root, that exist."""
    listed = common.output_of(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns])
    return sorted({path for path in listed.split("\0") if path and (common.ROOT / path).exists()})


def sources():
    return tracked("*.cc", "*.h", *_OURS)


def changed_sources():
    """C++ sources that differ from where this branch left main; on main itself, from the commit before."""
    branch = common.output_of(["git", "rev-parse", "--abbrev-ref", "HEAD"]).strip()
    base = None
    if branch != "main":
        base = _git("merge-base", "HEAD", "main") or _git("merge-base", "HEAD", "origin/main")
    base = base or _git("rev-parse", "--verify", "HEAD~")
    listed = common.output_of(["git", "diff", "-z", "--name-only", "--diff-filter=d", base, "--", "*.cc"]) if base else ""
    untracked = common.output_of(["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "*.cc"])
    return sorted(common.ROOT / path for path in (listed + untracked).split("\0") if path)


def _git(*arguments):
    """What git says, or nothing where it refuses (no such branch, a history of one commit)."""
    return subprocess.run(["git", *arguments], cwd=common.ROOT, text=True, capture_output=True, check=False).stdout.strip()


def run_tool(command):
    """Runs a checker. Returns nothing when it is content, else what it printed."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=common.ROOT, env=common.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        common.fail(f"{os.path.basename(command[0])} is not installed", "run `tools/maru deps`")
    return "" if done.returncode == 0 else done.stdout or f"{command[0]} ended with exit code {done.returncode}\n"
