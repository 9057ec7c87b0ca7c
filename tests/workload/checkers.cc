#include "tests/workload/checkers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/workload/settle.h"

namespace maru::workload {
namespace {

using async::Task;

// Between two looks; twice as long each time: a look reads everything.
constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

struct Checker {
  const char* invariant;
  std::string (*check)(const Stored& stored, const Ledger& ledger);
};

constexpr Checker kCheckers[] = {
    {"communications", CheckCommunications},
    {"reviews", CheckReviews},
    {"one per pair", CheckOnePerPair},
    {"schedules", CheckSchedules},
    {"pages", CheckPages},
    {"messages", CheckMessages},
    {"log", CheckLog},
    {"events", CheckEvents},
};

std::string Unreadable(const absl::Status& why) {
  return absl::StrCat("[readable] ", why.ToString(), "\n");
}

// Fills `flows`.
Task<std::string> CheckFlowsOnce(const Actor& admin, std::vector<Flow>& flows) {
  auto read = co_await ReadFlows(admin);
  if (!read.ok()) co_return Unreadable(read.status());
  flows = *std::move(read);
  const auto topics = co_await ReadTopics(admin);
  if (!topics.ok()) co_return Unreadable(topics.status());
  const std::string waiting = CheckNothingWaits(flows, *topics);
  co_return waiting.empty() ? waiting : absl::StrCat("[waiting]\n", waiting, "\n");
}

Task<std::string> CheckOnce(const Actor& admin, Ledger ledger) {
  std::vector<Flow> flows;
  std::string problems = co_await CheckFlowsOnce(admin, flows);
  if (!problems.empty()) co_return problems;
  const absl::Status settled = co_await Settle(admin, ledger);
  if (!settled.ok()) co_return Unreadable(settled);
  const auto stored = co_await ReadStored(admin, ledger, flows);
  if (!stored.ok()) co_return Unreadable(stored.status());
  for (const Checker& checker : kCheckers) {
    const std::string found = checker.check(*stored, ledger);
    if (!found.empty()) absl::StrAppend(&problems, "[", checker.invariant, "]\n", found, "\n");
  }
  co_return problems;
}

// Calls `once` until it finds nothing or `within` has passed: what it found last.
template <typename Once>
Task<std::string> Repeat(async::Executor& executor, absl::Duration within, Once once) {
  const Instant until = executor.Now() + within;
  absl::Duration pause = kFirstPause;
  while (true) {
    std::string problems = co_await once();
    if (problems.empty() || executor.Now() >= until) co_return problems;
    co_await executor.Sleep(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace

Task<std::string> CheckExact(Api& api, Ledger ledger, absl::Duration within) {
  const Actor admin(api, "admin", "root");
  const auto once = [&] { return CheckOnce(admin, ledger); };
  co_return co_await Repeat(api.executor(), within, once);
}

Task<std::string> CheckQuiet(Api& api, absl::Duration within) {
  const Actor admin(api, "admin", "root");
  std::vector<Flow> flows;
  const auto once = [&] { return CheckFlowsOnce(admin, flows); };
  co_return co_await Repeat(api.executor(), within, once);
}

}  // namespace maru::workload
