// What a command did whose outcome its caller never heard.
#ifndef MARU_TESTS_WORKLOAD_SETTLE_H_
#define MARU_TESTS_WORKLOAD_SETTLE_H_

#include "absl/status/status.h"
#include "tests/workload/actor.h"
#include "tests/workload/ledger.h"

namespace maru::workload {

// Asks the owning contexts which of the states that `ledger` holds as possible came about, and
// takes it as acknowledged: from then on everybody else must agree. What is stored but was never
// possible is left for the checkers. Only once nothing is under way any more. Errors of the reads.
// `admin` and `ledger` must live until the task is finished.
async::Task<absl::Status> Settle(const Actor& admin, Ledger& ledger);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_SETTLE_H_
