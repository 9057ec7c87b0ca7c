"""The entry and the helpers that all verbs share."""

import contextlib
import io
import os
import signal
import sys
import unittest
from unittest import mock

from maru_cli import common, entry
from maru_cli import test as test_verb


class EntryTest(unittest.TestCase):
    def test_every_verb_has_help(self):
        for verb in entry.verbs():
            with self.subTest(verb), contextlib.redirect_stdout(io.StringIO()) as out, self.assertRaises(SystemExit) as caught:
                entry.main([verb, "--help"])
            self.assertEqual(caught.exception.code, 0)
            self.assertIn("usage: tools/maru " + verb, out.getvalue())

    def test_a_failure_is_an_error_with_a_hint_and_exit_code_1(self):
        arguments = mock.Mock(run=mock.Mock(side_effect=common.Failure("포트 7000 is in use", "stop what uses it")))
        with mock.patch.object(entry, "parser") as parser, contextlib.redirect_stderr(io.StringIO()) as err:
            parser.return_value.parse_args.return_value = arguments
            self.assertEqual(entry.main([]), 1)
        self.assertEqual(err.getvalue(), "error: 포트 7000 is in use\n  → stop what uses it\n")

    def test_a_verb_that_is_terminated_ends_what_it_started(self):
        ended = []

        def run(_):
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                signal.pause()
            finally:
                ended.append("child")

        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        with mock.patch.object(entry, "parser") as parser, contextlib.redirect_stderr(io.StringIO()) as err:
            parser.return_value.parse_args.return_value = mock.Mock(run=run)
            self.assertEqual(entry.main([]), 130)
        self.assertEqual(ended, ["child"])
        self.assertEqual(err.getvalue(), "interrupted\n")


class RunTest(unittest.TestCase):
    def run_quietly(self, *command, **options):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                return common.run("step", command, **options), out.getvalue()
            except common.Failure as failure:
                return failure, out.getvalue()

    def test_success_is_quiet_and_returns_the_output(self):
        self.assertEqual(self.run_quietly("echo", "한글"), ("한글\n", ""))

    def test_failure_shows_what_the_program_said_without_its_progress(self):
        script = "print('[1/2] compiling'); print('boom'); raise SystemExit(3)"
        failure, shown = self.run_quietly(sys.executable, "-c", script, hint="mend it",
                                          detail=lambda line: line if line.startswith("[") else None)
        self.assertEqual(shown, "boom\n")
        self.assertIn("exit code 3", failure.message)
        self.assertEqual(failure.hint, "mend it")

    def test_a_missing_program_says_what_to_do(self):
        failure, _ = self.run_quietly("no-such-program-here")
        self.assertIn("tools/maru deps", failure.hint)


class TestVerbTest(unittest.TestCase):
    def ctest(self, script, **options):
        with mock.patch.object(test_verb, "_ctest", return_value=[sys.executable, "-c", script]), \
                contextlib.redirect_stdout(io.StringIO()) as out:
            code, summary = test_verb.run_ctest("dev", **options)
        return code, "".join(summary), out.getvalue()

    def test_the_summary_of_ctest_is_kept_for_the_end_with_its_exit_code(self):
        code, summary, shown = self.ctest("print('1/1 a Failed'); print('0% tests passed, 1 tests failed out of 1');"
                                          "print('Total Test time'); raise SystemExit(8)")
        self.assertEqual(code, 8)
        self.assertEqual(summary, "0% tests passed, 1 tests failed out of 1\nTotal Test time\n")
        self.assertTrue(shown.startswith("1/1 a Failed\n"))
        self.assertNotIn("tests passed", shown)

    def test_a_stage_over_its_budget_is_marked(self):
        self.assertIn("OVER BUDGET", test_verb.stage_line("build", 11, 10))
        self.assertNotIn("OVER", test_verb.stage_line("build", 9, 10))


if __name__ == "__main__":
    unittest.main()
