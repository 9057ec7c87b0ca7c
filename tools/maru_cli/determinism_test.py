"""The determinism lint on small trees: each violation is found where it is, and what is allowed is left alone."""

import pathlib
import tempfile
import unittest

from maru_cli import common, determinism


class DeterminismTest(unittest.TestCase):
    def found(self, files, allowed=None):
        with tempfile.TemporaryDirectory() as temporary:
            root = pathlib.Path(temporary)
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return determinism.problems(root, list(files), allowed or {})

    def one(self, line):
        return self.found({"services/a/domain.cc": "namespace a {\nvoid F() {\n" + line + "\n}\n}\n"})

    def test_each_way_out_of_the_simulation_is_found_with_its_line(self):
        for line in ("auto now = std::chrono::system_clock::now();", "auto t = absl::Now();", "time_t t = time(nullptr);",
                     "auto t = std::chrono::steady_clock::now();", "gettimeofday(&tv, nullptr);", "clock_gettime(0, &ts);",
                     "std::random_device device;", "int r = rand();", "srand(1);", "std::thread t([] {});", "std::async(F);",
                     "pthread_create(&t, nullptr, f, nullptr);", "std::this_thread::sleep_for(x);", "usleep(5);", "sleep(1);",
                     "absl::SleepFor(d);", "static int calls = 0;", "static std::map<int, int> seen;", "thread_local int depth;"):
            with self.subTest(line):
                found = self.one(line)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith("services/a/domain.cc:3: "), found)

    def test_what_only_looks_like_it_is_fine(self):
        for line in ("// absl::Now() is not for us", 'Log("sleep(1)");', "co_await executor.SleepUntil(when);", "x.time();", "event.time();",
                     "static const std::regex kPattern(text);", "static constexpr int kMax = 3;", "const auto s = static_cast<int>(x);",
                     "clock.Now();", "Runtime(0);", "review.set_time(0);", "auto c = '\"'; auto d = '\"';"):
            with self.subTest(line):
                self.assertEqual(self.one(line), [])

    def test_mutable_globals_and_static_members_are_found(self):
        text = ("namespace a {\nint calls = 0;\nstd::vector<int> all;\ninline Foo foo{1};\nclass C {\n public:\n  static int count_;\n"
                "  static int Count();\n  int own_ = 0;\n};\nconst int kA = 1;\nconstexpr char kB[] = \"b\";\nint F(int x);\n"
                "struct S {\n  int x;\n};\nenum class E { kA, kB };\nusing T = int;\ntemplate <class X>\nint G() {\n  int y = 0;\n  return y;\n}\n}\n")
        lines = [problem.split(":")[1] for problem in self.found({"mesh/a.cc": text})]
        self.assertEqual(lines, ["2", "3", "4", "7"])

    def test_walks_over_hash_containers_are_found_across_header_and_source(self):
        header = ("class A {\n  absl::flat_hash_map<std::string,\n      std::vector<int>> members_;\n  std::map<int, int> sorted_;\n};\n"
                  "using Sums = std::unordered_map<int, int>;\n")
        source = ("void A::F(const Sums& sums) {\n  for (const auto& [k, v] : members_) Use(k);\n  for (auto& x : this->sorted_) {\n  }\n"
                  "  for (auto& s : sums) Use(s);\n  auto i = members_.begin();\n  for (int j = 0; j < 3; ++j) {\n  }\n"
                  "  for (auto& v : members_.at(3)) Use(v);\n}\n")
        lines = [problem.split(":")[1] for problem in self.found({"common/a.h": header, "common/a.cc": source})]
        self.assertEqual(lines, ["2", "5", "6"])

    def test_the_escape_needs_a_reason(self):
        text = "void F() {\n  std::unordered_set<int> s;\n  // order does not matter:%s\n  for (int x : s) sum += x;\n}\n"
        self.assertEqual(self.found({"common/a.cc": text % " a sum"}), [])
        self.assertIn("needs its reason", self.found({"common/a.cc": text % ""})[0])

    def test_tests_and_other_folders_may(self):
        text = "void F() { std::thread t; }\n"
        self.assertEqual(self.found({"common/a_test.cc": text, "mesh/testing/b.h": text, "common/c_fuzz.cc": text, "tools/d.cc": text}), [])

    def test_an_adapter_is_allowed_by_file_and_rule_while_it_needs_it(self):
        allowed = {("common/os.cc", "clock"): "the production clock"}
        text = "auto F() { return absl::Now(); }\n"
        self.assertEqual(self.found({"common/os.cc": text}, allowed), [])
        self.assertEqual(len(self.found({"common/os.cc": text + "std::thread t;\n"}, allowed)), 2)
        self.assertIn("without need", self.found({"common/os.cc": "int F();\n"}, allowed)[0])

    def test_every_adapter_has_its_reason(self):
        for key, reason in determinism.ALLOWED.items():
            self.assertGreater(len(reason), 10, key)
            self.assertTrue((common.ROOT / key[0]).exists(), key)


if __name__ == "__main__":
    unittest.main()
