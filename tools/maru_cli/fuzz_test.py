"""What `tools/maru fuzz` runs and says, without running it."""

import unittest

from maru_cli import fuzz


class CommandTest(unittest.TestCase):
    def test_time_seed_and_verbosity_are_replaced_and_the_rest_stays(self):
        command = fuzz.command_of(["fuzz/key_fuzz", "-seed=1", "-max_total_time=60", "-verbosity=0", "-max_len=9", "found",
                                    "corpus/key"], 5)
        self.assertEqual(command, ["fuzz/key_fuzz", "-max_len=9", "found", "corpus/key", "-max_total_time=5"])


class SummaryTest(unittest.TestCase):
    def test_a_run_without_a_finding_tells_executions_and_coverage(self):
        output = "#2 INITED cov: 10 ft: 11 corp: 1/1b\n#9 NEW    cov: 20 ft: 31 corp: 2/9b\nDone 12345 runs in 61 second(s)\n"
        self.assertEqual(fuzz.summary_of(output, 0, "log").split(), "12345 executions in 61 s, 20 edges, 31 features".split())

    def test_a_finding_is_named_by_its_file(self):
        output = "==1==ERROR\nartifact_prefix='f/'; Test unit written to f/key_fuzz-crash-1\n"
        self.assertIn("f/key_fuzz-crash-1", fuzz.summary_of(output, 77, "f/key_fuzz.log"))

    def test_a_failure_without_a_file_is_still_one(self):
        self.assertIn("exit code 1", fuzz.summary_of("", 1, "log"))


if __name__ == "__main__":
    unittest.main()
