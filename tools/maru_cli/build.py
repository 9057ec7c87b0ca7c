"""tools/maru build: configures when needed and compiles."""

import json
import re

from maru_cli import common, deps

# "[12/345] Building …": Ninja's own status at its default format.
_NINJA_STATUS = re.compile(r"^\[(\d+)/(\d+)\] (.*)$")


def register(subparsers):
    verb = subparsers.add_parser("build", help="compile everything, or the targets named")
    verb.add_argument("targets", nargs="*", metavar="TARGET", help="CMake targets, e.g. maru-broker or store_test")
    add_preset(verb)
    verb.set_defaults(run=_build)


def add_preset(verb):
    verb.add_argument("--preset", default="dev", choices=presets(), help="how to build (default: %(default)s)")


def presets():
    with open(common.ROOT / "CMakePresets.json", encoding="utf-8") as file:
        return [p["name"] for p in json.load(file)["configurePresets"] if not p.get("hidden")]


def folder(preset):
    """Where a preset builds; programs are in its bin/."""
    return common.ROOT / "build" / preset


def configure(preset):
    """Makes the build folder of a preset true: from new, when the presets changed, or when a CMakeLists.txt did."""
    ninja = folder(preset) / "build.ninja"
    known = common.ROOT / "CMakePresets.json"
    if ninja.exists() and ninja.stat().st_mtime >= known.stat().st_mtime:
        common.run(f"configure {preset}", ["ninja", "-C", folder(preset), "build.ninja"], detail=_progress)
        return
    common.run(f"configure {preset}", ["cmake", "--preset", preset],
               hint=f"after a change of compiler or system: rm -r build/{preset}")


def compile_targets(preset, targets=()):
    """Builds `targets` (all without) of a configured preset."""
    command = ["cmake", "--build", "--preset", preset, "-j", str(_jobs())]
    if targets:
        command += ["--target", *targets]
    common.run(f"build {preset}", command, detail=_progress)


def ensure(targets=(), preset="dev"):
    """Installs what is missing, configures when needed and builds: for verbs that need `targets` (all without)."""
    deps.ensure_packages()
    configure(preset)
    compile_targets(preset, targets)


def _build(arguments):
    progress = common.Progress("build")
    ensure(arguments.targets, arguments.preset)
    common.say(f"{' '.join(arguments.targets) or 'everything'} is up to date in build/{arguments.preset}"
               f" ({progress.seconds():.0f} s)")


def _progress(line):
    match = _NINJA_STATUS.match(line)
    return f"{match[1]}/{match[2]}  {match[3]}" if match else None


def _jobs():
    """One compiler per processor, fewer where memory is short: the largest files need about 1.5 GiB."""
    with open("/proc/meminfo", encoding="ascii") as file:
        available = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable:"))
    return max(1, min(common.cpus(), available // (1536 * 1024)))
