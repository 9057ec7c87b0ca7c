#include "tests/torture/storm.h"

#include <poll.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status.h"

namespace maru::harness {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr absl::Duration kServing = absl::Seconds(30);
constexpr absl::Duration kStop = absl::Seconds(20);

int Sum(const std::map<std::string, int>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0,
                         [](int sum, const auto& count) { return sum + count.second; });
}

}  // namespace

StormOptions OnlyPauses() {
  StormOptions options;
  options.one = options.several = options.all = options.while_ending = options.rolling_restart = 0;
  options.pause = {absl::Seconds(1), absl::Seconds(20)};
  options.calm = {absl::Milliseconds(500), absl::Seconds(4)};
  return options;
}

int Tally::AllKills() const { return Sum(kills); }

int Tally::AllPauses() const { return Sum(pauses); }

absl::Status Storm::Blow(const std::function<bool()>& enough) {
  Plan(options_.calm, Deed::kStrike);
  while (!enough()) {
    const std::string ended = system_.SuddenEnds();
    if (!ended.empty()) return absl::InternalError(ended);
    const absl::Duration ahead = plan_.begin()->first - absl::Now();
    if (ahead > absl::ZeroDuration()) {
      poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(std::min(ahead, kLook))) + 1);
      continue;
    }
    const Due due = plan_.begin()->second;
    plan_.erase(plan_.begin());
    RETURN_IF_ERROR(Do(due));
  }
  return absl::OkStatus();
}

absl::Status Storm::Heal() {
  plan_.clear();
  for (const std::string& process : system_.processes()) {
    system_.Resume(process);
    if (lives_[process].ending && system_.process(process).running()) {
      RETURN_IF_ERROR(system_.process(process).Stop(kStop));
    }
    RETURN_IF_ERROR(Launch(process));
  }
  RETURN_IF_ERROR(system_.WaitServing(system_.processes(), kServing));
  const std::string ended = system_.SuddenEnds();
  return ended.empty() ? absl::OkStatus() : absl::InternalError(ended);
}

absl::Status Storm::Do(const Due& due) {
  switch (due.deed) {
    case Deed::kStrike:
      RETURN_IF_ERROR(Strike());
      Plan(options_.calm, Deed::kStrike);
      break;
    case Deed::kLaunch:
      RETURN_IF_ERROR(Launch(due.process));
      if (std::bernoulli_distribution(options_.again)(random_)) {
        Plan(options_.starting, Deed::kKill, due.process);
      }
      break;
    case Deed::kKill:
      Kill(due.process);
      break;
    case Deed::kResume:
      system_.Resume(due.process);
      break;
  }
  return absl::OkStatus();
}

absl::Status Storm::Strike() {
  std::discrete_distribution<int> kinds({options_.one, options_.several, options_.all,
                                         options_.while_ending, options_.rolling_restart,
                                         options_.paused});
  const size_t processes = system_.processes().size();
  switch (kinds(random_)) {
    case 0:
      for (const std::string& process : Some(1)) Kill(process);
      break;
    case 1:
      for (const std::string& process : Some(2 + Pick(processes - 2))) Kill(process);
      break;
    case 2:
      ++tally_.all_at_once;
      for (const std::string& process : Some(processes)) Kill(process);
      break;
    case 3:
      for (const std::string& process : Some(1 + Pick(2))) KillWhileEnding(process);
      break;
    case 4:
      return RollingRestart();
    default:
      for (const std::string& process : Some(1 + Pick(2))) Pause(process);
  }
  return absl::OkStatus();
}

absl::Status Storm::RollingRestart() {
  RETURN_IF_ERROR(Heal());
  for (const std::string& process : Some(system_.processes().size())) {
    RETURN_IF_ERROR(system_.process(process).Stop(kStop));
    RETURN_IF_ERROR(Launch(process));
    RETURN_IF_ERROR(system_.WaitServing({process}, kServing));
  }
  ++tally_.rolling_restarts;
  return absl::OkStatus();
}

absl::Status Storm::Launch(const std::string& process) {
  // Starting anew forgets how it ended.
  const std::string ended = system_.process(process).sudden_end();
  if (!ended.empty()) return absl::InternalError(absl::StrCat(process, ": ", ended));
  if (system_.process(process).running()) return absl::OkStatus();
  lives_[process] = {.began = absl::Now()};
  return system_.Launch(process);
}

void Storm::Kill(const std::string& process) {
  if (system_.process(process).running()) {
    const Life& life = lives_[process];
    ++tally_.kills[process];
    if (life.ending) {
      ++tally_.kills_while_ending;
    } else if (absl::Now() - life.began < options_.starting.second) {
      ++tally_.kills_while_starting;
    }
    system_.Kill(process);
  }
  Plan(options_.down, Deed::kLaunch, process);
}

void Storm::KillWhileEnding(const std::string& process) {
  lives_[process].ending = true;
  system_.Terminate(process);
  Plan(options_.ending, Deed::kKill, process);
}

void Storm::Pause(const std::string& process) {
  if (!system_.process(process).running()) return;
  system_.Suspend(process);
  ++tally_.pauses[process];
  const absl::Duration pause = Draw(options_.pause);
  tally_.longest_pause = std::max(tally_.longest_pause, pause);
  Plan({pause, pause}, Deed::kResume, process);
}

void Storm::Plan(Range after, Deed deed, const std::string& process) {
  plan_.emplace(absl::Now() + Draw(after), Due{deed, process});
}

std::vector<std::string> Storm::Some(size_t count) {
  std::vector<std::string> all = system_.processes();
  std::shuffle(all.begin(), all.end(), random_);
  all.resize(std::min(count, all.size()));
  return all;
}

absl::Duration Storm::Draw(Range range) {
  return range.first +
         (range.second - range.first) * std::uniform_real_distribution<double>(0, 1)(random_);
}

}  // namespace maru::harness
