"""How many lines of the production code the runs of `tools/maru sim` reach."""

import json
import re
from pathlib import PurePosixPath

from maru_cli import common

PRESET = "coverage"

_FOLDERS = ("services", "common", "mesh")
_TESTS = re.compile(r"(^|/)(testing|bench|fuzz|testdata|sim)/|(_test|_testing|_bench|_fuzz)\.(cc|h)$|_testing")
# What stands on the operating system or on a library, where a simulation has something of its own; and that.
_ADAPTERS = re.compile(
    r"^common/rpc/grpc/|^common/base/os\.|^common/async/(thread_loop|sim_|manual_executor)|^common/base/seeded_random"
    r"|^common/store/(rocksdb_|commit_mark|manifest|disk_space|memory_backend|persistent_map)|^common/events/memory_"
    r"|^common/service/(metrics_server|open_files|process_metrics|stop_signals)|^mesh/broker/engine\.|^mesh/broker/main\.|^mesh/broker/log/worker\."
    r"|^mesh/context/(grpc_host|run|run_context)\.|/main\.cc$")
_WORST = 15


def _unused(system):
    """What is linked into maru-sim and not part of the system that it plays."""
    if system == "all":
        return re.compile(r"(?!)")
    others = [rf"^services/(?!{system}/|message/|payment/)"]
    # No context of a datecourse pays or declares a saga.
    if system == "datecourse":
        others += ["^services/payment/", "^common/saga/"]
    return re.compile("|".join(others))


def report(program, profiles, system):
    """Says how much of the linked production code `profiles` reached, where least, and what is left out."""
    merged = profiles / "all.profdata"
    common.run("merge profiles", ["llvm-profdata-19", "merge", "-sparse", "-o", merged, *profiles.glob("*.profraw")])
    exported = json.loads(common.output_of(
        ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={merged}", program, f"-path-equivalence=.,{common.ROOT}"]))
    reached, adapters, unused = {}, set(), {}
    not_played = _unused(system)
    for file in exported["data"][0]["files"]:
        path = _relative(file["filename"])
        if path is None or _TESTS.search(path):
            continue
        if _ADAPTERS.search(path):
            adapters.add(path)
        elif not_played.search(path):
            unused[path] = file["summary"]["lines"]["count"]
        else:
            reached[path] = file["summary"]["lines"]
    covered = sum(lines["covered"] for lines in reached.values())
    count = sum(lines["count"] for lines in reached.values())
    linked = set(reached) | adapters | set(unused)
    left = sorted(path for path in _sources() if path not in linked and not _ADAPTERS.search(path))
    common.say(f"coverage: {covered} of {count} lines ({100 * covered / max(1, count):.1f} %) of {', '.join(_FOLDERS)}")
    common.say("least reached:")
    for path, lines in sorted(reached.items(), key=lambda one: one[1]["covered"] - one[1]["count"])[:_WORST]:
        common.say(f"  {lines['count'] - lines['covered']:5} of {lines['count']:5} lines not reached  {path}")
    common.say("not counted, adapters: " + ", ".join(sorted(adapters)))
    common.say(f"not counted, not part of {system}, {sum(unused.values())} lines: " + ", ".join(sorted({_folder(path) for path in unused})))
    common.say("not counted, not part of the simulated system: " + ", ".join(sorted({_folder(path) for path in left})))


def _relative(name):
    path = PurePosixPath(name)
    if path.is_absolute():
        if not path.is_relative_to(common.ROOT):
            return None
        path = path.relative_to(common.ROOT)
    return str(path) if path.parts[0] in _FOLDERS else None


def _sources():
    for folder in _FOLDERS:
        for file in (common.ROOT / folder).rglob("*.cc"):
            path = str(file.relative_to(common.ROOT))
            if not _TESTS.search(path):
                yield path


def _folder(path):
    return str(PurePosixPath(path).parent)
