#!/usr/bin/env python3
"""Makes copies of production sources with the deliberate breaks of *.mutant in them.

A .mutant file says in its comment why the break matters, then which text of which source becomes what, for one or more texts:

    # The position is stored before the effect: a crash in between loses events.

    --- common/events/applier.cc
      the text that is there now, exactly once
    +++
      what becomes of it, with MARU_MUTANT("<the file's name>") in it

A line `system: food` before the first text says which system it breaks; without one it is datecourse.

    mutate.py files                    the sources that are broken
    mutate.py names                    the mutations
    mutate.py write SOURCE OUT         the copy of one source with all breaks that concern it

Every error names the mutation.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
HEADER = '#include "tests/simulation/mutations/mutant.h"\n'
# A copy may keep what it counts or remembers.
STANDARD = "#include <map>\n#include <set>\n#include <string>\n"


def parse(path):
    """The reason, the system and the edits (source, old, new) of one .mutant file."""
    head, *parts = re.split(r"^--- ", path.read_text(), flags=re.M)
    why = " ".join(line.lstrip("# ") for line in head.splitlines() if line.startswith("#"))
    system = re.search(r"^system: (\w+)$", head, flags=re.M)
    edits = []
    for part in parts:
        source, _, rest = part.partition("\n")
        old, mark, new = rest.partition("\n+++\n")
        if not mark:
            sys.exit(f"{path.name}: no +++ behind --- {source}")
        edits.append((source.strip(), old.strip("\n"), new.strip("\n")))
    if not why or not edits:
        sys.exit(f"{path.name}: it must say why it matters, and break something")
    if not any(f'MARU_MUTANT("{path.stem}")' in new for _, _, new in edits):
        sys.exit(f'{path.name}: nothing asks for MARU_MUTANT("{path.stem}")')
    return why, system.group(1) if system else "datecourse", edits


def mutations():
    return {path.stem: parse(path) for path in sorted(HERE.glob("*.mutant"))}


def write(source, out):
    text = (ROOT / source).read_text()
    original = text
    for name, (_, _, edits) in mutations().items():
        for file, old, new in edits:
            if file != source:
                continue
            if original.count(old) != 1 or text.count(old) != 1:
                sys.exit(f"{name}.mutant: its text is {text.count(old)} times in {source}, instead of once:\n{old}")
            text = text.replace(old, new)
    first = text.index("#include")
    text = text[:first] + HEADER + STANDARD + text[first:]
    target = pathlib.Path(out)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def main(arguments):
    if arguments == ["files"]:
        print("\n".join(sorted({edit[0] for _, _, edits in mutations().values() for edit in edits})))
    elif arguments == ["names"]:
        print("\n".join(mutations()))
    elif len(arguments) == 3 and arguments[0] == "write":
        write(*arguments[1:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
