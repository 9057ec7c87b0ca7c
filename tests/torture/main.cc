// maru-torture: the program behind `tools/maru torture`. Dies with whoever started it, and all that
// it started with it.
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tests/torture/torture.h"

ABSL_FLAG(std::string, folder, "", "where data, keys and logs go; must be new");
ABSL_FLAG(std::vector<std::string>, systems, {}, "which, separated by commas; none: all");
ABSL_FLAG(absl::Duration, duration, absl::Minutes(1), "how long, checks not included");
ABSL_FLAG(int, strikes, 0, "ends after so many kills and pauses; 0: only with the time");
ABSL_FLAG(uint64_t, seed, 0, "decides what strikes whom and when, and what the load does");
ABSL_FLAG(bool, pauses, false, "SIGSTOP for 1 to 20 s instead of SIGKILL");

namespace maru::harness {
namespace {

constexpr absl::Duration kOnTerminal = absl::Milliseconds(200);
constexpr absl::Duration kInLog = absl::Seconds(10);

std::string ByProcess(const std::map<std::string, int>& counts) {
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& of) {
    absl::StrAppend(out, of.first, " ", of.second);
  });
}

std::string LongestOutage(const TortureReport& report) {
  const auto worst = std::max_element(report.availability.begin(), report.availability.end(),
                                      [](const auto& a, const auto& b) {
                                        return a.second.longest_outage < b.second.longest_outage;
                                      });
  return absl::StrFormat("%.1f s (%s)", absl::ToDoubleSeconds(worst->second.longest_outage),
                         worst->first);
}

// One line that is rewritten on a terminal; a line now and then elsewhere.
class StatusLine {
 public:
  void Show(const TortureReport& report) {
    const absl::Time now = absl::Now();
    if (now < next_) return;
    next_ = now + (terminal_ ? kOnTerminal : kInLog);
    const std::string text = absl::StrFormat(
        "%4.0f s  %d kills, %d pauses, %d checks  %d commands, %d unanswered calls, longest outage "
        "%s",
        absl::ToDoubleSeconds(report.took), report.tally.AllKills(), report.tally.AllPauses(),
        report.checks, report.acknowledged, report.Retries(), LongestOutage(report));
    std::printf(terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
    std::fflush(stdout);
  }
  ~StatusLine() {
    if (terminal_) std::printf("\r\033[K");
  }

 private:
  const bool terminal_ = isatty(STDOUT_FILENO) == 1;
  absl::Time next_ = absl::InfinitePast();
};

void Print(const TortureReport& report) {
  const Tally& tally = report.tally;
  std::printf("kills survived     %d (%s)\n", tally.AllKills(), ByProcess(tally.kills).c_str());
  std::printf("  of these         %d while starting, %d while ending; all at once %d times\n",
              tally.kills_while_starting, tally.kills_while_ending, tally.all_at_once);
  std::printf("rolling restarts   %d\n", tally.rolling_restarts);
  std::printf("pauses survived    %d, up to %.1f s (%s)\n", tally.AllPauses(),
              absl::ToDoubleSeconds(tally.longest_pause), ByProcess(tally.pauses).c_str());
  std::printf("commands           %d acknowledged in %.0f s, checks included\n",
              static_cast<int>(report.acknowledged), absl::ToDoubleSeconds(report.took));
  std::printf("calls without an answer, and the longest outage that callers saw\n");
  for (const auto& [process, of] : report.availability) {
    std::printf("  %-24s %6d %6.1f s\n", process.c_str(), static_cast<int>(of.unanswered),
                absl::ToDoubleSeconds(of.longest_outage));
  }
  std::printf("checks             %d\n", report.checks);
  std::printf("violations         %s\n", report.violations.empty() ? "none" : "");
  if (!report.violations.empty()) std::printf("%s\n", report.violations.c_str());
}

TortureOptions OptionsFromFlags() {
  TortureOptions options;
  options.system.folder = absl::GetFlag(FLAGS_folder);
  options.system.systems = absl::GetFlag(FLAGS_systems);
  if (absl::GetFlag(FLAGS_pauses)) options.storm = OnlyPauses();
  options.storm.seed = absl::GetFlag(FLAGS_seed);
  options.duration = absl::GetFlag(FLAGS_duration);
  if (absl::GetFlag(FLAGS_strikes) > 0) options.strikes = absl::GetFlag(FLAGS_strikes);
  return options;
}

int Main() {
  const TortureOptions options = OptionsFromFlags();
  if (options.system.folder.empty()) {
    std::fprintf(stderr, "--folder is missing; `tools/maru torture` gives all flags\n");
    return 2;
  }
  const auto torture = Torture::Begin(options);
  if (!torture.ok()) {
    std::fprintf(stderr, "%s\n", torture.status().ToString().c_str());
    return 1;
  }
  TortureReport report;
  {
    StatusLine line;
    report = (*torture)->Run([&](const TortureReport& now) { line.Show(now); });
  }
  Print(report);
  return report.violations.empty() ? 0 : 1;
}

}  // namespace
}  // namespace maru::harness

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  absl::SetProgramUsageMessage("Storms over systems of its own. See tests/torture/README.md.");
  absl::ParseCommandLine(argc, argv);
  const int code = maru::harness::Main();
  std::fflush(stdout);
  // gRPC's threads are not waited for: at exit they complain of each other.
  std::_Exit(code);
}
