// Whether a system at rest shows exactly what a load was told. Each checker returns what is wrong,
// or an empty text: each problem names what is broken and the keys. Each must get what it is given
// alive until its task is finished.
#ifndef MARU_TESTS_WORKLOAD_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_CHECKERS_H_

#include <string>

#include "tests/workload/actor.h"
#include "tests/workload/ledger.h"

namespace maru::workload {

// Every row of communication is as it was acknowledged, there is none besides, and the list shows
// the active ones, each once.
async::Task<std::string> CheckCommunications(const Actor& admin, const Ledger& ledger);
// The same for review; deleted ones are NOT_FOUND.
async::Task<std::string> CheckReviews(const Actor& admin, const Ledger& ledger);
// One active bookmark, one active like, one review at most for each schedule and customer.
async::Task<std::string> CheckOnePerPair(const Actor& admin);
// Content and counts of every schedule: the counts are what communication and review hold.
async::Task<std::string> CheckSchedules(const Actor& admin, const Ledger& ledger);
// Content, counts and latest reviews of every page; deleted ones are gone.
async::Task<std::string> CheckPages(const Actor& admin, const Ledger& ledger);
// One message per cause.
async::Task<std::string> CheckMessages(const Actor& admin, const Ledger& ledger);
// No context has a parked event, something to publish, or a partition that stands still or behind.
async::Task<std::string> CheckNothingWaits(const Actor& admin);
// The broker has, undamaged, every record that the contexts have numbered.
async::Task<std::string> CheckLog(const Actor& admin);

// All of the above, waiting until `within` has passed for what events still have to bring about.
async::Task<std::string> CheckExact(Api& api, const Ledger& ledger, absl::Duration within);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_CHECKERS_H_
