"""Holds the README's list of folders against the disk, and asks for a README.md wherever there is code."""

import re
from pathlib import PurePosixPath

# "| `common/` | what a context is made of |" or "- `common/`: …": a line of the root README that names a folder.
_LISTED = re.compile(r"^\s*[|*-]\s*\[?`([A-Za-z0-9_.-]+)/`", re.MULTILINE)
_CODE = {".cc", ".h", ".py", ".cmake", ".ts", ".tsx"}
# Inputs and expected outputs of tests are explained by the tests.
_NO_README = {"testdata"}


def problems(root, paths):
    """What is wrong with the folders of `paths` (relative to `root`), one sentence each."""
    readme = (root / "README.md").read_text(encoding="utf-8") if (root / "README.md").exists() else ""
    return [*_list_problems(readme, paths), *_missing_readmes(paths)]


def _list_problems(readme, paths):
    listed = _LISTED.findall(readme)
    present = {path.split("/", 1)[0] for path in paths if "/" in path and not path.startswith(".")}
    for folder in sorted(present | set(listed)):
        if folder not in present:
            yield f"README.md lists {folder}/, which does not exist"
        elif folder not in listed:
            yield f"README.md does not list {folder}/"
        elif listed.count(folder) > 1:
            yield f"README.md lists {folder}/ {listed.count(folder)} times"


def _missing_readmes(paths):
    known = set(paths)
    wanted = set()
    for path in map(PurePosixPath, paths):
        if path.parts[0].startswith(".") or len(path.parts) == 1:
            continue
        wanted.add(path.parts[0])
        if path.suffix in _CODE and not _NO_README & set(path.parts):
            wanted.add(str(path.parent))
    return [f"{folder}/ has no README.md" for folder in sorted(wanted) if f"{folder}/README.md" not in known]
