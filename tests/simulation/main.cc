// maru-sim: runs seeds, and says of each that fails what is wrong.
//
//   maru-sim --from=1 --to=100 --keys=FOLDER [--trace=FILE]
//
// Standard output: a line for each failure's problems, then one JSON object of figures. Exit code
// 1: a seed failed, or did not repeat itself.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/strings.h"
#include "tests/simulation/run.h"

namespace {

using maru::simulation::Fixture;
using maru::simulation::Report;
using maru::simulation::RunSeed;

struct Flags {
  uint64_t from = 1;
  uint64_t to = 1;
  std::string keys = ".maru/sim-keys";
  // Of a single seed: all that happened.
  std::string trace;
  // One seed in so many is run twice; 0: none.
  uint64_t repeat = 100;
};

bool Parse(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const size_t equals = flag.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = flag.substr(0, equals);
    const std::string value(flag.substr(equals + 1));
    bool ok = true;
    if (name == "--from") {
      ok = absl::SimpleAtoi(value, &flags.from);
    } else if (name == "--to") {
      ok = absl::SimpleAtoi(value, &flags.to);
    } else if (name == "--repeat") {
      ok = absl::SimpleAtoi(value, &flags.repeat);
    } else if (name == "--keys") {
      flags.keys = value;
    } else if (name == "--trace") {
      flags.trace = value;
    } else {
      return false;
    }
    if (!ok) return false;
  }
  return flags.from <= flags.to;
}

// The end of what happened, for who has not asked for all of it.
void PrintEnd(const std::vector<std::string>& lines) {
  constexpr size_t kLines = 60;
  for (size_t i = lines.size() > kLines ? lines.size() - kLines : 0; i < lines.size(); ++i) {
    std::printf("  %s\n", lines[i].c_str());
  }
}

struct Totals {
  uint64_t seeds = 0;
  uint64_t failed = 0;
  uint64_t calls = 0;
  uint64_t acknowledged = 0;
  uint64_t faults = 0;
  uint64_t steps = 0;
  absl::Duration time;
};

void Play(Fixture& fixture, uint64_t seed, const Flags& flags, Totals& totals) {
  const Report report = RunSeed(fixture, seed, !flags.trace.empty());
  ++totals.seeds;
  totals.calls += report.calls;
  totals.acknowledged += report.acknowledged;
  totals.faults += report.faults;
  totals.steps += report.steps;
  totals.time += report.time;
  std::string problems = report.problems;
  const bool again = !problems.empty() || (flags.repeat > 0 && seed % flags.repeat == 0);
  if (again && flags.trace.empty()) {
    const Report second = RunSeed(fixture, seed, !problems.empty());
    if (second.hash != report.hash) {
      absl::StrAppend(&problems, "[replay] the second run was another one\n");
    }
    if (!problems.empty()) PrintEnd(second.trace);
  }
  if (!flags.trace.empty()) {
    std::ofstream file(flags.trace);
    for (const std::string& line : report.trace) file << line << '\n';
  }
  if (problems.empty()) return;
  ++totals.failed;
  std::printf("seed %s failed:\n%s", absl::StrCat(seed).c_str(), problems.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  if (!Parse(argc, argv, flags)) {
    std::fprintf(stderr, "maru-sim --from=N --to=N --keys=FOLDER [--trace=FILE] [--repeat=N]\n");
    return 2;
  }
  Fixture fixture(flags.keys);
  Totals totals;
  const auto began = std::chrono::steady_clock::now();
  for (uint64_t seed = flags.from; seed <= flags.to; ++seed) Play(fixture, seed, flags, totals);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%s\n",
              absl::StrFormat(
                  R"({"seeds":%d,"failed":%d,"calls":%d,"acknowledged":%d,"faults":%d,"steps":%d,)"
                  R"("virtual_seconds":%.0f,"seconds":%.2f})",
                  totals.seeds, totals.failed, totals.calls, totals.acknowledged, totals.faults,
                  totals.steps, absl::ToDoubleSeconds(totals.time), took.count())
                  .c_str());
  return totals.failed == 0 ? 0 : 1;
}
