"""What `tools/maru check` finds, on small inputs: the folder list, the tidy cache, the choice of files."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

from maru_cli import check, folders, tidy_cache


class FoldersTest(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.root = pathlib.Path(self._temporary.name)

    def problems(self, readme, paths):
        (self.root / "README.md").write_text(readme, encoding="utf-8")
        return folders.problems(self.root, paths)

    def test_a_list_that_matches_the_disk_is_fine(self):
        readme = "| `common/` | 런타임 |\n- `mesh/`: broker\n"
        paths = ["common/README.md", "common/base/README.md", "common/base/a.cc", "mesh/README.md", ".ci/run", "CMakeLists.txt"]
        self.assertEqual(self.problems(readme, paths), [])

    def test_folders_are_named_once_and_exist(self):
        readme = "| `gone/` | x |\n| `twice/` | x |\n| `twice/` | x |\n"
        found = self.problems(readme, ["twice/README.md", "silent/README.md"])
        self.assertEqual(found, ["README.md lists gone/, which does not exist", "README.md does not list silent/",
                                 "README.md lists twice/ 2 times"])

    def test_every_folder_with_code_needs_a_readme(self):
        found = self.problems("| `a/` | x |\n", ["a/README.md", "a/b/x.h", "a/b/testdata/y.cc", "a/c/only.proto"])
        self.assertEqual(found, ["a/b/ has no README.md"])


class TidyCacheTest(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.build = pathlib.Path(self._temporary.name)
        self.source = self.build / "a.cc"
        self.header = self.build / "a.h"
        self.configuration = self.build / ".clang-tidy"
        for file in (self.source, self.header, self.configuration):
            file.write_text("one", encoding="utf-8")
        self.entry = {"file": str(self.source), "command": "clang++ -o a.o -c a.cc"}

    def key(self, answer="a.o: #deps 2, deps mtime 1 (VALID)\n    a.cc\n    a.h\n"):
        with mock.patch.object(tidy_cache.subprocess, "run", return_value=mock.Mock(stdout=answer)):
            return tidy_cache.TidyCache(self.build, self.configuration).key(self.entry)

    def test_remembers_what_passed(self):
        cache = tidy_cache.TidyCache(self.build, self.configuration)
        self.assertFalse(cache.passed(self.key()))
        cache.remember(self.key())
        self.assertTrue(cache.passed(self.key()))

    def test_a_changed_header_source_or_configuration_is_looked_at_again(self):
        for file in (self.header, self.source, self.configuration):
            before = self.key()
            file.write_text("other", encoding="utf-8")
            self.assertNotEqual(self.key(), before, file.name)

    def test_nothing_is_remembered_where_the_headers_are_not_known(self):
        cache = tidy_cache.TidyCache(self.build, self.configuration)
        for answer in ("", "a.o: deps not found\n", "a.o: #deps 1, deps mtime 1 (STALE)\n    a.cc\n"):
            key = self.key(answer)
            cache.remember(key)
            self.assertFalse(cache.passed(key))


class UnbuiltTest(unittest.TestCase):
    def test_names_sources_and_contracts_that_no_target_compiles(self):
        root = check.common.ROOT
        generated = check.build.folder(check.PRESET) / "gen"
        commands = {root / "common/a.cc": {}, generated / "maru/a/v1/a.pb.cc": {}}
        paths = ["common/a.cc", "proto/maru/a/v1/a.proto", "services/b_test.cc", "proto/maru/b/v1/b.proto",
                 "tools/testdata/golden.cc"]
        found = [line.split()[0] for line in check.unbuilt(paths, commands).splitlines()]
        self.assertEqual(found, ["services/b_test.cc", "proto/maru/b/v1/b.proto"])


class FormatTest(unittest.TestCase):
    def check(self, cpp, contracts):
        with mock.patch.object(check, "run_tool", side_effect=[cpp, contracts]), \
                mock.patch.object(check, "sources", return_value=["a.cc"]):
            return check.check_format()

    def test_names_each_file_once(self):
        found = self.check("a/b.cc:3:5: error: code should be clang-formatted [-Wx]\n  x\n  ^\n",
                           "diff -u proto/c.proto.orig proto/c.proto\n-x\n+y\n")
        self.assertEqual(found, "a/b.cc is not formatted\nproto/c.proto is not formatted")

    def test_a_tool_that_cannot_run_is_a_failure_too(self):
        self.assertEqual(self.check("", "Failure: cannot parse\n"), "Failure: cannot parse\n")

    def test_well_formatted_files_pass(self):
        self.assertEqual(self.check("", ""), "")


class RunToolTest(unittest.TestCase):
    def test_a_silent_failure_still_says_something(self):
        self.assertIn("exit code 1", check.run_tool(["false"]))

    def test_content_is_silent(self):
        self.assertEqual(check.run_tool(["echo", "한글"]), "")

    def test_a_missing_tool_says_what_to_do(self):
        with self.assertRaises(check.common.Failure) as caught:
            check.run_tool([os.path.join(os.sep, "no", "such", "tool")])
        self.assertIn("tools/maru deps", caught.exception.hint)


if __name__ == "__main__":
    unittest.main()
