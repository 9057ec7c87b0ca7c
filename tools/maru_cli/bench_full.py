"""The figures of a full store: what food does with N orders, and how soon it starts with N timers."""

import shutil
import subprocess
from pathlib import Path

from maru_cli import common, deployments, run
from maru_cli.bench_run import PRESET, Bench, free_port_base
from maru_cli.bench_systems import ORDER_SAGA

SMALL = 10_000
# Rows that one process fills in: what it prints shows that it goes on.
CHUNK = 1_000_000


class FullStoreBench:
    """Two runs of food side by side, which differ in what their stores hold."""

    def __init__(self, state, folder, count, chosen, plan):
        self._count = count
        self._plan = plan
        self._full_folder = Path(state, f"bench-full-{count}")
        self._small_folder = Path(folder)
        self._small = Bench(folder, chosen, plan)
        base = free_port_base(chosen[0].port + 1000)
        self._full = Bench(self._full_folder, deployments.select(common.ROOT, ["food"], base), plan, self._small.report)
        self.report = self._small.report

    def run(self):
        _fill(self._small_folder, SMALL)
        _fill(self._full_folder, self._count)
        self._small.make_keys()
        self._full.make_keys()
        self.report.add("start_small", self._small.start_all(), "s")
        self.report.add("start_full", self._full.start_all(), "s")
        self.report.add("start_timers", self._full.restart("food-store"), "s")
        for number in range(1, self._plan.rounds + 1):
            common.say(f"round {number} of {self._plan.rounds}")
            small = self._small.measure_calls("order_saga_small", ORDER_SAGA, drain=True)
            full = self._full.measure_calls("order_saga_full", ORDER_SAGA, drain=True)
            self.report.add("full_store", full["per_second"] / small["per_second"], "× small")
        self._full.remark_memory(f"with {self._count:,} orders and timers")

    def stop(self):
        self._small.stop()
        self._full.stop()


def _fill(folder, count):
    """Orders, their payments and timers into the data of `folder`, if it has none yet."""
    done = folder / f"filled-{count}"
    if done.exists():
        common.say(f"{count:,} orders and timers are in {folder}; remove it to have them filled in anew")
        return
    shutil.rmtree(folder / "data", ignore_errors=True)
    for verb in ("fill-orders", "fill-timers"):
        for filled in range(0, count, CHUNK):
            common.say(f"  {verb}: {filled:,} of {count:,}")
            subprocess.run([run.binary(PRESET, "maru-load"), verb, f"--folder={folder / 'data'}", f"--count={min(CHUNK, count - filled)}"],
                           check=True)
    done.touch()
