"""tools/maru bench: how fast a run is here, each figure beside a bare echo server on the same gRPC."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from maru_cli import bench_datecourse, bench_full, bench_run, bench_systems, build, common, deployments


def register(subparsers):
    parser = subparsers.add_parser("bench", help="measure against a bare echo server, on release builds",
                                   description="Starts release builds in a folder of its own, measures in interleaved rounds, prints "
                                   "a table. Without --systems or --full-store: datecourse, its pipeline and the broker. Nothing "
                                   "else should run on the machine meanwhile.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--systems", action="store_true", help="everything up: sagas and views of all systems")
    what.add_argument("--full-store", type=int, metavar="N",
                      help="food with N orders beside food with 10,000, and its start with N timers; the first run fills N rows "
                      "into STATE/bench-full-N, which takes minutes, and leaves them there")
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--json", metavar="FILE", help="also write the figures as JSON")
    parser.add_argument("--state", default=os.environ.get("MARU_STATE", str(common.ROOT / ".maru")),
                        help="the bench's folder is made beside the data here, on the same disk (.maru)")
    parser.add_argument("--no-build", action="store_true", help="measure what is built")
    parser.set_defaults(run=_bench)


def _bench(arguments):
    chosen = _chosen(arguments)
    if not arguments.no_build:
        build.ensure(sorted({d.binary for d in chosen} | {"maru-cli", "maru-load"}), bench_run.PRESET)
    Path(arguments.state).mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="bench-", dir=arguments.state)
    plan = bench_run.Plan(arguments.quick)
    if arguments.full_store:
        bench = bench_full.FullStoreBench(arguments.state, folder, arguments.full_store, chosen, plan)
    elif arguments.systems:
        bench = bench_systems.SystemsBench(folder, chosen, plan)
    else:
        bench = bench_datecourse.DatecourseBench(folder, chosen, plan)
    try:
        bench.run()
    finally:
        bench.stop()
    # After a failure the logs are still wanted.
    shutil.rmtree(folder)
    bench.report.show()
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(bench.report.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        common.say(f"written to {arguments.json}")
    return 0


def _chosen(arguments):
    systems = ["food"] if arguments.full_store else [] if arguments.systems else ["datecourse"]
    return deployments.select(common.ROOT, systems, bench_run.free_port_base())
