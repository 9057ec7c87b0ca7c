"""tools/maru deps: what has to be installed, and installing it."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from maru_cli import common

PACKAGES = """
    clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev llvm-19 libstdc++-12-dev
    cmake ninja-build mold ccache pkg-config git openssl python3 python3-venv
    libgrpc++-dev libgrpc-dev protobuf-compiler libprotobuf-dev libprotoc-dev libabsl-dev
    librocksdb-dev libisal-dev prometheus-cpp-dev libssl-dev libyaml-cpp-dev nlohmann-json3-dev
    libgtest-dev libgmock-dev
""".split()

# Where there is no apt: what has to be there instead. Versions are the oldest that this is tested with.
PROGRAMS = ["clang++-19", "cmake", "ninja", "protoc", "pkg-config", "git", "openssl"]
MODULES = ["grpc++ >= 1.51", "protobuf >= 3.21", "rocksdb >= 7.8", "prometheus-cpp-pull >= 1.0", "openssl >= 3.0",
           "yaml-cpp >= 0.7", "nlohmann_json >= 3.11", "libisal >= 2.30", "gtest >= 1.12", "gmock >= 1.12"]

GRPCURL_MODULE = "github.com/fullstorydev/grpcurl"
GRPCURL_VERSION = "v1.9.4"
BUF_VERSION = "1.75.0"
# Packages for tests/polyglot, a client in Python.
PYTHON_REQUIREMENTS = common.ROOT / "tests" / "polyglot" / "requirements.txt"
# The interpreter that finds them. The environment's own would need no launcher, were it not for the link in TOOLS_BIN.
_PYTHON_LAUNCHER = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/bin/python" "$@"\n'


def register(subparsers):
    verb = subparsers.add_parser(
        "deps", help="install what is missing",
        description="Installs what is missing: on Debian 12 by apt, elsewhere it says what is needed. grpcurl (for one test) needs "
                    "a Go toolchain, buf (for `tools/maru check`) needs npm; both go to .maru/tools, as do the Python packages of "
                    "tests/polyglot.")
    verb.set_defaults(run=_deps)


def _deps(_):
    ensure_packages()
    ensure_grpcurl()
    ensure_python()
    if shutil.which("npm") or _installed("buf", BUF_VERSION):
        ensure_buf()
    else:
        common.warn("npm is not installed: `tools/maru check` cannot lint the contracts")
    common.say("all dependencies are there")


# --- Packages of the system -------------------------------------------------------------------------------------------


def ensure_packages(os_release=Path("/etc/os-release")):
    """Compiler and libraries. On Debian 12 installs what is missing, elsewhere fails with a list of what is."""
    if is_debian_12(os_release):
        missing = missing_packages()
        if missing:
            _apt_install(missing)
    else:
        _check_programs_and_modules()


def is_debian_12(os_release):
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    values = dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line)
    return values.get("ID") == "debian" and values.get("VERSION_ID") == "12"


def missing_packages(packages=tuple(PACKAGES)):
    """Of `packages`, those that dpkg does not know as installed."""
    answer = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *packages],
                            text=True, capture_output=True, check=False)
    installed = {line.split()[1] for line in answer.stdout.splitlines() if line.startswith("installed ")}
    return [package for package in packages if package not in installed]


def _apt_install(packages):
    prefix = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            common.fail("missing packages: " + " ".join(packages), "as root: apt-get install " + " ".join(packages))
        prefix = ["sudo"]
    common.say(f"installing {len(packages)} packages: {' '.join(packages)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    if list(Path("/var/lib/apt/lists").glob("*_Packages*")):
        try:
            common.run("apt-get install", install)
            return
        except common.Failure:
            common.say("the package lists may be old: trying again with new ones")
    common.run("apt-get update", [*apt, "update"], hint="is there a network?")
    common.run("apt-get install", install)


def _check_programs_and_modules():
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if shutil.which("pkg-config"):
        missing += [module for module in MODULES
                    if subprocess.run(["pkg-config", "--exists", module], check=False).returncode != 0]
    else:
        missing += MODULES
    if missing:
        common.fail("this is not Debian 12, so nothing was installed; missing: " + ", ".join(missing),
                    "install them (pkg-config has to find the libraries), or work in a Debian 12 container; Debian's names are: "
                    + " ".join(PACKAGES))


# --- Tools of this checkout -------------------------------------------------------------------------------------------


def ensure_grpcurl():
    """grpcurl in TOOLS_BIN. Without a Go toolchain there is none: its test is skipped, and says so."""
    if _installed("grpcurl", GRPCURL_VERSION):
        return
    if not shutil.which("go"):
        common.warn("no Go toolchain: grpcurl cannot be installed, so the grpcurl test is skipped")
        return
    with _installation("grpcurl", GRPCURL_VERSION, "grpcurl") as staging:
        present = _grpcurl_on_path()
        if present:
            (staging / "grpcurl").symlink_to(present)
        else:
            common.run(f"installing grpcurl {GRPCURL_VERSION}",
                       ["go", "install", f"{GRPCURL_MODULE}/cmd/grpcurl@{GRPCURL_VERSION}"],
                       env=common.environment(GOBIN=str(staging)),
                       hint="it comes from the Go module proxy: is there a network?")


def _grpcurl_on_path():
    """A grpcurl of the very same version that is installed already, or None."""
    path = shutil.which("grpcurl")
    if not path:
        return None
    answer = subprocess.run(["go", "version", "-m", path], text=True, capture_output=True, check=False)
    wanted = rf"^\s*mod\s+{re.escape(GRPCURL_MODULE)}\s+{re.escape(GRPCURL_VERSION)}\s"
    return os.path.realpath(path) if re.search(wanted, answer.stdout, re.MULTILINE) else None


def ensure_buf():
    """buf in TOOLS_BIN, from npm. It lints without a network afterwards."""
    if _installed("buf", BUF_VERSION):
        return
    if not shutil.which("npm"):
        common.fail("npm is not installed; buf, which lints the contracts, comes from there", "install Node.js with npm")
    with _installation("buf", BUF_VERSION, "node_modules/.bin/buf") as staging:
        # The package's own install script only swaps a launcher for the program: not needed.
        common.run(f"installing buf {BUF_VERSION}",
                   ["npm", "install", "--prefix", staging, "--ignore-scripts", "--no-save", "--no-package-lock",
                    "--no-audit", "--no-fund", f"@bufbuild/buf@{BUF_VERSION}"], hint="it comes from npm: is there a network?")


def ensure_python():
    """`polyglot-python` in TOOLS_BIN: this Python with the packages that PYTHON_REQUIREMENTS pins, in an environment of its own."""
    pinned = PYTHON_REQUIREMENTS.read_bytes()
    version = f"{sys.version_info[0]}.{sys.version_info[1]}-{hashlib.sha256(pinned).hexdigest()[:12]}"
    if _installed("polyglot-python", version):
        return
    with _installation("polyglot-python", version, "run") as staging:
        common.run("making a Python environment", [sys.executable, "-m", "venv", staging], hint="Debian's package is python3-venv")
        common.run("installing Python packages",
                   [staging / "bin" / "python", "-m", "pip", "install", "--only-binary=:all:", "--requirement", PYTHON_REQUIREMENTS],
                   hint="they come from PyPI: is there a network?")
        launcher = staging / "run"
        launcher.write_text(_PYTHON_LAUNCHER, encoding="ascii")
        launcher.chmod(0o755)


def _installed(name, version):
    link = common.TOOLS_BIN / name
    return link.exists() and os.readlink(link).startswith(f"../{name}-{version}/")


@contextlib.contextmanager
def _installation(name, version, program):
    """A folder to install into. It is put in its place when complete: an interrupted installation is never taken for done."""
    common.TOOLS_BIN.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=common.TOOLS))
    try:
        yield staging
        home = common.TOOLS / f"{name}-{version}"
        shutil.rmtree(home, ignore_errors=True)
        staging.rename(home)
        link = common.TOOLS_BIN / name
        link.unlink(missing_ok=True)
        link.symlink_to(f"../{home.name}/{program}")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
