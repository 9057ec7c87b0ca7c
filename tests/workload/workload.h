// The whole load on a datecourse from one seed: hosts with courses, and customers who do all that
// customers may do, and an operator, as coroutines on one Api; then the checkers.
//
//   Workload workload(api, options);
//   scope.Spawn(workload.Run(until));            // whatever happens to the processes meanwhile
//   …                                            // all faults are over
//   problems = co_await workload.Check(within);  // a system at rest is exactly what was
//   acknowledged
#ifndef MARU_TESTS_WORKLOAD_WORKLOAD_H_
#define MARU_TESTS_WORKLOAD_WORKLOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "tests/workload/customer.h"
#include "tests/workload/host.h"
#include "tests/workload/operator.h"
#include "tests/workload/system_load.h"

namespace maru::workload {

struct WorkloadOptions {
  int customers = 4;
  // Courses for everybody, when the load begins; every customer has another one for itself.
  int courses = 3;
  // At most this long between two steps of one person.
  absl::Duration most_think = absl::Milliseconds(400);
  PersonOptions person = {.patience = absl::Seconds(20), .gives_up = true};
};

// On the thread of `api`, which outlives it. Everybody acts under subjects "customer-<n>", "mina",
// "jun", "stranger" and "root".
class Workload final : public SystemLoad {
 public:
  Workload(Api& api, const WorkloadOptions& options);

  // Publishes the courses the first time.
  async::Task<> Run(Instant until) override;
  async::Task<std::string> Check(absl::Duration within) override;
  uint64_t acknowledged() const override;

  async::Task<bool> ForgetLogs() override { return operator_.ForgetLogs(); }
  async::Task<> RunAgain(Instant until) override;
  async::Task<std::string> RebuildFromRest(absl::Duration within) override;

 private:
  async::Task<> Open();
  // A comment that customers must not touch: its id.
  async::Task<std::string> LeaveForeignComment();
  // The operator's work while the system comes to rest.
  async::Task<> Tend();
  template <typename Visit>
  void ForEach(Visit visit) const;

  Api& api_;
  const WorkloadOptions options_;
  Courses courses_;
  // What the stranger was told.
  Ledger ledger_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<Customer>> customers_;
  Operator operator_;
  // Before those whose steps it runs are gone.
  async::Scope scope_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_WORKLOAD_H_
