"""What `tools/maru deps` decides, with the outside (dpkg, apt, Go, npm) replaced at its edge."""

import os
import pathlib
import tempfile
import unittest
from unittest import mock

from maru_cli import common, deps


class TemporaryFolder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def os_release(self, text):
        file = self.folder / "os-release"
        file.write_text(text, encoding="utf-8")
        return file


class SystemTest(TemporaryFolder):
    def test_knows_debian_12(self):
        self.assertTrue(deps.is_debian_12(self.os_release('NAME="Debian"\nVERSION_ID="12"\nID=debian\n')))

    def test_takes_nothing_else_for_it(self):
        self.assertFalse(deps.is_debian_12(self.os_release('VERSION_ID="13"\nID=debian\n')))
        self.assertFalse(deps.is_debian_12(self.os_release('VERSION_ID="12"\nID=other\nID_LIKE=debian\n')))
        self.assertFalse(deps.is_debian_12(self.folder / "none"))

    def test_elsewhere_lists_what_is_missing_and_installs_nothing(self):
        with mock.patch.object(deps.shutil, "which", side_effect=lambda name: None if name == "protoc" else "/bin/" + name), \
                mock.patch.object(deps.subprocess, "run", return_value=mock.Mock(returncode=1)), \
                mock.patch.object(deps, "_apt_install") as install, \
                self.assertRaises(common.Failure) as caught:
            deps.ensure_packages(self.folder / "none")
        self.assertIn("protoc", caught.exception.message)
        self.assertIn("rocksdb >= 7.8", caught.exception.message)
        self.assertNotIn("cmake", caught.exception.message)
        install.assert_not_called()


class PackagesTest(unittest.TestCase):
    def test_only_what_dpkg_calls_installed_counts(self):
        answer = "installed cmake\nconfig-files mold\nnot-installed ccache\n"
        with mock.patch.object(deps.subprocess, "run", return_value=mock.Mock(stdout=answer)):
            self.assertEqual(deps.missing_packages(["cmake", "mold", "ccache", "unknown"]), ["mold", "ccache", "unknown"])

    def test_nothing_is_run_when_nothing_is_missing(self):
        with mock.patch.object(deps, "is_debian_12", return_value=True), \
                mock.patch.object(deps, "missing_packages", return_value=[]), mock.patch.object(deps.common, "run") as run:
            deps.ensure_packages()
        run.assert_not_called()

    def test_old_package_lists_are_refreshed_and_the_installation_is_tried_once_more(self):
        with mock.patch.object(deps.Path, "glob", return_value=["some_Packages"]), \
                mock.patch.object(deps.os, "geteuid", return_value=0), \
                mock.patch.object(deps.common, "run", side_effect=[common.Failure("404"), None, None]) as run:
            deps._apt_install(["mold"])
        self.assertEqual([call.args[0] for call in run.call_args_list],
                         ["apt-get install", "apt-get update", "apt-get install"])

    def test_without_root_and_sudo_it_says_what_to_run(self):
        with mock.patch.object(deps.os, "geteuid", return_value=1000), \
                mock.patch.object(deps.shutil, "which", return_value=None), self.assertRaises(common.Failure) as caught:
            deps._apt_install(["mold"])
        self.assertIn("apt-get install mold", caught.exception.hint)


class ToolsTest(TemporaryFolder):
    def setUp(self):
        super().setUp()
        for name, value in (("TOOLS", self.folder), ("TOOLS_BIN", self.folder / "bin")):
            patch = mock.patch.object(common, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def install(self, version):
        with deps._installation("tool", version, "tool") as staging:
            (staging / "tool").write_text(version, encoding="utf-8")

    def test_a_complete_installation_is_found_under_its_version_only(self):
        self.install("v1")
        self.assertTrue(deps._installed("tool", "v1"))
        self.assertFalse(deps._installed("tool", "v2"))
        self.install("v2")
        self.assertEqual((self.folder / "bin" / "tool").read_text(encoding="utf-8"), "v2")
        self.assertFalse(deps._installed("tool", "v1"))

    def test_an_interrupted_installation_leaves_nothing(self):
        with self.assertRaises(KeyboardInterrupt), deps._installation("tool", "v1", "tool") as staging:
            (staging / "tool").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt
        self.assertFalse(deps._installed("tool", "v1"))
        self.assertEqual(os.listdir(self.folder), ["bin"])

    def test_without_go_grpcurl_is_left_out_and_that_is_said(self):
        with mock.patch.object(deps.shutil, "which", return_value=None), mock.patch.object(deps.common, "warn") as warn:
            deps.ensure_grpcurl()
        self.assertIn("skipped", warn.call_args.args[0])

    def test_python_packages_are_installed_once_for_each_list_of_them(self):
        requirements = self.folder / "requirements.txt"
        with mock.patch.object(deps, "PYTHON_REQUIREMENTS", requirements), mock.patch.object(deps.common, "run") as run:
            for pinned, runs in (("grpcio==1.0\n", 2), ("grpcio==1.0\n", 0), ("grpcio==2.0\n", 2)):
                run.reset_mock()
                requirements.write_text(pinned, encoding="ascii")
                deps.ensure_python()
                self.assertEqual(run.call_count, runs)
        self.assertTrue(os.access(self.folder / "bin" / "polyglot-python", os.X_OK))


if __name__ == "__main__":
    unittest.main()
