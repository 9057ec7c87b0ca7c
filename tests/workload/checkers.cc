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

Task<std::string> CheckOnce(const Actor& admin, Ledger ledger, const std::vector<Flow>& flows) {
  const absl::Status settled = co_await Settle(admin, ledger);
  if (!settled.ok()) co_return absl::StrCat("[readable] ", settled.ToString(), "\n");
  const auto stored = co_await ReadStored(admin, ledger, flows);
  if (!stored.ok()) co_return absl::StrCat("[readable] ", stored.status().ToString(), "\n");
  std::string problems;
  for (const Checker& checker : kCheckers) {
    const std::string found = checker.check(*stored, ledger);
    if (!found.empty()) absl::StrAppend(&problems, "[", checker.invariant, "]\n", found, "\n");
  }
  co_return problems;
}

Task<std::string> Look(const Actor& admin,
                       const std::function<Task<std::string>(const std::vector<Flow>&)>& check) {
  const auto flows = co_await ReadFlows(admin);
  if (!flows.ok()) co_return absl::StrCat("[readable] ", flows.status().ToString(), "\n");
  const auto topics = co_await ReadTopics(admin);
  if (!topics.ok()) co_return absl::StrCat("[readable] ", topics.status().ToString(), "\n");
  const std::string problems = CheckNothingWaits(*flows, *topics);
  if (!problems.empty()) co_return absl::StrCat("[waiting]\n", problems, "\n");
  co_return co_await check(*flows);
}

}  // namespace

Task<std::string> CheckAtRest(
    const Actor& admin, absl::Duration within,
    std::function<Task<std::string>(const std::vector<Flow>& flows)> check) {
  async::Executor& executor = admin.api().executor();
  const Instant until = executor.Now() + within;
  absl::Duration pause = kFirstPause;
  while (true) {
    std::string problems = co_await Look(admin, check);
    if (problems.empty() || executor.Now() >= until) co_return problems;
    co_await executor.Sleep(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

Task<std::string> CheckExact(Api& api, Ledger ledger, absl::Duration within) {
  const Actor admin(api, "admin", "root");
  const auto check = [&admin, &ledger](const std::vector<Flow>& flows) {
    return CheckOnce(admin, ledger, flows);
  };
  co_return co_await CheckAtRest(admin, within, check);
}

Task<std::string> CheckQuiet(Api& api, absl::Duration within) {
  const Actor admin(api, "admin", "root");
  const auto check = [](const std::vector<Flow>&) -> Task<std::string> { co_return ""; };
  co_return co_await CheckAtRest(admin, within, check);
}

}  // namespace maru::workload
