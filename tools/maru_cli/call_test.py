"""Goal: maru-cli knows the flags that it is given. Method: the command lines are caught, the flags read from its source."""

import re
import types
import unittest
from unittest import mock

from maru_cli import call, common

FLAGS = set(re.findall(r"ABSL_FLAG\([\w:]+, (\w+),", (common.ROOT / "tools/cli/main.cc").read_text(encoding="utf-8")))


class CallTest(unittest.TestCase):
    def check(self, verb, **arguments):
        with mock.patch.object(call.subprocess, "run") as run, mock.patch.object(call.run, "any_cli", return_value="maru-cli"):
            run.return_value.returncode = 0
            self.assertEqual(verb(types.SimpleNamespace(state="state", **arguments)), 0)
        given = {word[2:].split("=")[0] for word in run.call_args.args[0] if word.startswith("--")}
        self.assertLessEqual(given, FLAGS)
        return given

    def test_token_of_an_owner(self):
        self.assertIn("store_ids", self.check(call.cmd_token, sub="park", ttl="1h", role=["owner"], store_id=["s1", "s2"]))

    def test_call_with_everything(self):
        self.check(call.cmd_call, port_base=None, context="food-order", actor="customer:kim", position="p", envelope=True,
                   method="GetOrder", json="{}")


if __name__ == "__main__":
    unittest.main()
