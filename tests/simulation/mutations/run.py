#!/usr/bin/env python3
"""Shows that the simulator finds every deliberate break, and within how many seeds.

    run.py --program build/release/bin/maru-sim-mutants [--seeds 100] [--jobs 2] [--table README.md] [NAME…]

First the program without a break must pass its first seeds. Exit code 1: a break survived all seeds, or nothing was broken and a
seed failed all the same.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import mutate

# Seeds of the first process; each further one runs twice as many.
FIRST = 2
# Seeds that must pass without a break.
SOUND = 10
# A seed takes less than a second of the processor: what takes longer has come to a standstill. Not of the clock, which goes on
# while a busy machine does other things.
CPU_SECONDS_A_SEED = 20


def play(program, keys, system, mutant, first, last):
    """Plays seeds: the failed ones, and the first violated invariant of each."""
    limit = f"--cpu={CPU_SECONDS_A_SEED * (last - first + 1)}:"
    command = ["prlimit", limit, program, f"--system={system}", f"--from={first}", f"--to={last}", "--repeat=0", f"--keys={keys}"]
    environment = {**os.environ, "MARU_MUTANT": mutant}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode == -signal.SIGXCPU:
        return [(last, "[standstill]")]
    failed = [(int(seed), what) for seed, what in re.findall(r"^seed (\d+) failed:\n(\[[^\]]*\])?", done.stdout, re.M)]
    if done.returncode != 0 and not failed:
        # A broken invariant that production code itself checks.
        lines = done.stderr.strip().splitlines()
        failed = [(last, f"[ended by itself] {lines[-1] if lines else done.returncode}")]
    return failed


def hunt(program, keys, system, name, seeds):
    """(seeds needed, what was violated); None: it survived."""
    first, count = 1, FIRST
    while first <= seeds:
        last = min(first + count - 1, seeds)
        failed = play(program, keys, system, name, first, last)
        if failed:
            return failed[0]
        first, count = last + 1, 2 * count
    return None


def write_table(path, known, caught):
    """Puts what caught each break into the one table of breaks that the file has."""
    rows = ["| break | system | caught by | seeds |", "|---|---|---|---|"]
    for name, (seeds, violated) in sorted(caught.items()):
        why, system, _ = known[name]
        invariant = re.sub(r"^\[(.*?)\].*", r"\1", violated)
        rows.append(f"| `{name}`: {why[0].lower()}{why[1:].rstrip('.')} | {system} | {invariant} | {seeds} |")
    text = path.read_text()
    table = re.compile(r"^\| break \|.*\n(?:\|.*\n)+", re.M)
    if len(table.findall(text)) != 1:
        sys.exit(f"{path} has not one table of breaks")
    path.write_text(table.sub(lambda _: "\n".join(rows) + "\n", text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--seeds", type=int, default=100, help="after so many a break has survived")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--table", type=pathlib.Path, metavar="FILE", help="of all: written into this README's table")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    flags = parser.parse_args()
    known = mutate.mutations()
    for name in flags.names:
        if name not in known:
            parser.error(f"no such mutation: {name}")
    if flags.table and flags.names:
        parser.error("--table is of all mutations")
    names = flags.names or list(known)
    with tempfile.TemporaryDirectory() as keys:
        for system in sorted({known[name][1] for name in names}):
            sound = play(flags.program, keys, system, "", 1, SOUND)
            if sound:
                sys.exit(f"without a break seed {sound[0][0]} of {system} fails: {sound[0][1]}")
        caught = {}
        with concurrent.futures.ThreadPoolExecutor(flags.jobs) as pool:
            hunts = {pool.submit(hunt, flags.program, keys, known[name][1], name, flags.seeds): name for name in names}
            for done in concurrent.futures.as_completed(hunts):
                name, found = hunts[done], done.result()
                if found:
                    caught[name] = found
                print(f"{name:34}", f"seed {found[0]:4}  {found[1]}" if found else "SURVIVED", flush=True)
    print(f"{len(caught)} of {len(names)} caught")
    if len(caught) < len(names):
        return 1
    if flags.table:
        write_table(flags.table, known, caught)
    return 0


if __name__ == "__main__":
    sys.exit(main())
