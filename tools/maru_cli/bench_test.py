"""Goal: a figure is judged against what it is measured in. Method: reports with made-up values."""

import contextlib
import io
import json
import re
import unittest

from maru_cli import bench_report, bench_systems, common


def shown(report):
    """The line of each figure, by name."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        report.show()
    return {line.split()[0]: line for line in out.getvalue().splitlines()[2:]}


class ReportTest(unittest.TestCase):
    def test_a_rate_is_judged_by_its_ratio_to_the_echo_before_it(self):
        report = bench_report.Report()
        report.add("echo", 60_000, "/s")
        report.add("order_saga", 8_000, "/s")
        self.assertRegex(shown(report)["order_saga"], r"0\.13 × echo +\S*✗")
        report.add("order_saga", 9_600, "/s")
        report.add("order_saga", 9_600, "/s")
        # The machine becomes faster after that.
        report.add("echo", 100_000, "/s")
        report.add("echo", 100_000, "/s")
        self.assertRegex(shown(report)["order_saga"], r"0\.16 × echo +\S*✓")

    def test_a_latency_is_judged_by_its_ratio_to_fsync(self):
        report = bench_report.Report()
        report.fsync_us = 100
        report.add("order_saga_p50_alone", 900, "µs")
        self.assertRegex(shown(report)["order_saga_p50_alone"], r"9\.0 × fsync +\S*✗")

    def test_without_an_echo_there_is_no_ratio_to_it(self):
        report = bench_report.Report()
        report.add("order_saga_full", 4_000, "/s")
        report.add("full_store", 0.79, "× small")
        lines = shown(report)
        self.assertNotIn("echo", lines["order_saga_full"])
        self.assertRegex(lines["full_store"], r"\S*✗")


class CallsTest(unittest.TestCase):
    def test_every_method_that_is_loaded_is_in_a_contract(self):
        for calls in (bench_systems.ORDER_SAGA, bench_systems.HOMECLEANING_REQUEST, bench_systems.BOOKS_WAREHOUSE,
                      bench_systems.BOOKS_RESERVE):
            system, context = calls.deployment.split("-")
            contract = (common.ROOT / "proto/maru" / system / context / "v1" / f"{context}.proto").read_text(encoding="utf-8")
            with self.subTest(calls.method):
                self.assertTrue(re.search(rf"rpc {calls.method}\(", contract))
                flags = dict(flag.split("=", 1) for flag in calls.flags())
                self.assertEqual(json.loads(flags["--requests"]), calls.requests)


if __name__ == "__main__":
    unittest.main()
