// maru-sim: the program behind `tools/maru sim`: plays seeds, and says of each that fails what is
// wrong. Its last line is a JSON object of figures. Exit code 1: a seed failed.
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/simulation/run.h"
#include "tests/simulation/systems.h"

ABSL_FLAG(uint64_t, from, 1, "the first seed");
ABSL_FLAG(uint64_t, to, 1, "the last seed");
ABSL_FLAG(std::string, system, "datecourse", "which system is simulated; all: all on one broker");
ABSL_FLAG(std::string, keys, "", "where the keys of the simulation are, or are made");
ABSL_FLAG(bool, prepare, false, "only make the keys");
ABSL_FLAG(std::string, trace, "", "a file for all that happens, of the last seed");
ABSL_FLAG(uint64_t, repeat, 100, "one seed in so many is played twice; 0: none that succeeds");

namespace maru::simulation {
namespace {

constexpr size_t kLastLines = 60;
constexpr size_t kMostKeyLines = 100;

struct Totals {
  uint64_t seeds = 0;
  uint64_t failed = 0;
  uint64_t repeated = 0;
  uint64_t calls = 0;
  uint64_t acknowledged = 0;
  uint64_t faults = 0;
  uint64_t steps = 0;
  absl::Duration time;
};

// Ids that stand in `problems`.
std::set<std::string> KeysIn(const std::string& problems) {
  constexpr size_t kIdSize = 36;
  std::set<std::string> keys;
  for (const absl::string_view word :
       absl::StrSplit(problems, absl::ByAnyChar(" ,;:()[]{}\"'\n"))) {
    if (word.size() == kIdSize && word[8] == '-' && word[13] == '-') keys.emplace(word);
  }
  return keys;
}

// What touches the keys in question, and the end.
void PrintHistory(const std::vector<std::string>& lines, const std::string& problems) {
  const std::set<std::string> keys = KeysIn(problems);
  const size_t end = lines.size() > kLastLines ? lines.size() - kLastLines : 0;
  size_t shown = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    bool touches = false;
    for (const std::string& key : keys) touches = touches || absl::StrContains(lines[i], key);
    if (i < end && !(touches && ++shown <= kMostKeyLines)) continue;
    std::printf("  %s\n", lines[i].c_str());
  }
}

void WriteTrace(const std::string& name, const std::vector<std::string>& lines) {
  std::ofstream file(name);
  for (const std::string& line : lines) file << line << '\n';
}

void Play(Fixture& fixture, uint64_t seed, Totals& totals) {
  const std::string trace = absl::GetFlag(FLAGS_trace);
  const Report report = RunSeed(fixture, seed, !trace.empty());
  ++totals.seeds;
  totals.calls += report.calls;
  totals.acknowledged += report.acknowledged;
  totals.faults += report.faults;
  totals.steps += report.steps;
  totals.time += report.time;
  if (!trace.empty()) WriteTrace(trace, report.trace);

  std::string problems = report.problems;
  std::vector<std::string> history;
  const uint64_t repeat = absl::GetFlag(FLAGS_repeat);
  if (!problems.empty() || (repeat > 0 && seed % repeat == 0)) {
    ++totals.repeated;
    Report again = RunSeed(fixture, seed, !problems.empty());
    if (again.hash != report.hash) {
      absl::StrAppend(&problems, "[replay] the second run was another one\n");
    }
    history = std::move(again.trace);
  }
  if (problems.empty()) return;
  ++totals.failed;
  std::printf("seed %s failed:\n%s", absl::StrCat(seed).c_str(), problems.c_str());
  PrintHistory(history, problems);
  std::fflush(stdout);
}

int Main() {
  const std::vector<const System*> systems = SystemsNamed(absl::GetFlag(FLAGS_system));
  if (systems.empty()) {
    std::fprintf(stderr, "there is no system %s\n", absl::GetFlag(FLAGS_system).c_str());
    return 2;
  }
  Fixture fixture(absl::GetFlag(FLAGS_keys), systems);
  if (absl::GetFlag(FLAGS_prepare)) return 0;
  Totals totals;
  const std::clock_t began = std::clock();
  const uint64_t to = absl::GetFlag(FLAGS_to);
  for (uint64_t seed = absl::GetFlag(FLAGS_from); seed <= to; ++seed) Play(fixture, seed, totals);
  const double took = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  const std::string figures = absl::StrFormat(
      R"({"seeds":%d,"failed":%d,"repeated":%d,"calls":%d,"acknowledged":%d,"faults":%d,"steps":%d,)"
      R"("virtual_seconds":%.0f,"cpu_seconds":%.3f})",
      totals.seeds, totals.failed, totals.repeated, totals.calls, totals.acknowledged,
      totals.faults, totals.steps, absl::ToDoubleSeconds(totals.time), took);
  std::printf("%s\n", figures.c_str());
  return totals.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace maru::simulation

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("plays seeds of the simulation; see tools/maru sim --help");
  absl::ParseCommandLine(argc, argv);
  return maru::simulation::Main();
}
