// Whether a system at rest shows exactly what a load was told. Each checker returns what is wrong,
// or an empty text: each problem names what is broken and the keys.
#ifndef MARU_TESTS_WORKLOAD_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_CHECKERS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/workload/ledger.h"
#include "tests/workload/stored.h"

namespace maru::workload {

// No context has a parked event, something to publish, or a partition that stands still or behind
// the end that the broker names: what a context itself knows of it may be old. `topics` were read
// after `flows`, so that nothing was under way when the last of `flows` was read.
std::string CheckNothingWaits(const std::vector<Flow>& flows,
                              const std::vector<broker::v1::Topic>& topics);

// Every row of communication is as it was acknowledged, there is none besides, and the list shows
// the active ones, each once.
std::string CheckCommunications(const Stored& stored, const Ledger& ledger);
// The same for review; deleted ones are NOT_FOUND.
std::string CheckReviews(const Stored& stored, const Ledger& ledger);
// One active bookmark, one active like, one review at most for each schedule and customer.
std::string CheckOnePerPair(const Stored& stored, const Ledger& ledger);
// Content and counts of every schedule: the counts are what communication and review hold. Deleted
// ones are gone, and nobody may say anything about them any more.
std::string CheckSchedules(const Stored& stored, const Ledger& ledger);
// Content, counts and latest reviews of every page; deleted ones are gone.
std::string CheckPages(const Stored& stored, const Ledger& ledger);
// One message per cause, read where its recipient read it.
std::string CheckMessages(const Stored& stored, const Ledger& ledger);
// The broker has, undamaged, every record that the contexts have numbered and no operator removed,
// once, those of one key in order.
std::string CheckTopics(const std::map<std::string, Topic>& topics);
std::string CheckLog(const Stored& stored, const Ledger& ledger);
// What was published is what was committed: for every row the changes that were acknowledged, with
// their content, and no others; of a log that an operator removed from, at least the last ones.
std::string CheckEvents(const Stored& stored, const Ledger& ledger);

// What `check` finds wrong with a system at rest, given what each context says of its events: waits
// until nothing flows any more and looks again and again, until nothing is wrong or `within` has
// passed. `admin` must live until the task is finished.
async::Task<std::string> CheckAtRest(
    const Actor& admin, absl::Duration within,
    std::function<async::Task<std::string>(const std::vector<Flow>& flows)> check);

// Waits until nothing flows any more, settles what nobody knows, and runs all of the above; again
// and again until nothing is wrong or `within` has passed. `api` must live until the task is
// finished.
async::Task<std::string> CheckExact(Api& api, Ledger ledger, absl::Duration within);

// Waits until nothing flows any more, whatever is shown then.
async::Task<std::string> CheckQuiet(Api& api, absl::Duration within);

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_CHECKERS_H_
