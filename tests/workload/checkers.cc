#include "tests/workload/checkers.h"

#include "absl/strings/str_cat.h"

namespace maru::workload {
namespace {

using async::Task;

constexpr absl::Duration kLookAgain = absl::Milliseconds(20);

struct Checker {
  const char* invariant;
  Task<std::string> (*check)(const Actor& admin, const Ledger& ledger);
};

Task<std::string> OnePerPair(const Actor& admin, const Ledger&) { return CheckOnePerPair(admin); }
Task<std::string> NothingWaits(const Actor& admin, const Ledger&) {
  return CheckNothingWaits(admin);
}
Task<std::string> Log(const Actor& admin, const Ledger&) { return CheckLog(admin); }

constexpr Checker kCheckers[] = {
    {"communications", CheckCommunications},
    {"reviews", CheckReviews},
    {"one per pair", OnePerPair},
    {"waiting", NothingWaits},
    {"schedules", CheckSchedules},
    {"pages", CheckPages},
    {"messages", CheckMessages},
    {"log", Log},
};

}  // namespace

Task<std::string> CheckExact(Api& api, const Ledger& ledger, absl::Duration within) {
  const Actor admin(api, "admin", "root");
  async::Executor& executor = api.executor();
  const Instant until = executor.Now() + within;
  std::string problems;
  for (const Checker& checker : kCheckers) {
    std::string problem = co_await checker.check(admin, ledger);
    while (!problem.empty() && executor.Now() < until) {
      co_await executor.Sleep(kLookAgain);
      problem = co_await checker.check(admin, ledger);
    }
    if (!problem.empty()) absl::StrAppend(&problems, "[", checker.invariant, "]\n", problem, "\n");
  }
  co_return problems;
}

}  // namespace maru::workload
