// The checkers and lists of tests/workload for real processes: each waits for its end.
#ifndef MARU_TESTS_HARNESS_CHECKERS_H_
#define MARU_TESTS_HARNESS_CHECKERS_H_

#include <string>
#include <vector>

#include "tests/harness/actor.h"
#include "tests/workload/ledger.h"

namespace maru::harness {

// Whether the system shows exactly what `ledger` holds, once it had `within` to get there: what is
// wrong, or an empty text.
std::string CheckExact(System& system, const Ledger& ledger,
                       absl::Duration within = absl::Seconds(30));

// Reads a list to its end.
absl::StatusOr<std::vector<communication::Communication>> AllCommunications(
    const Actor& actor, const communication::ListCommunicationsRequest& request = {});
absl::StatusOr<std::vector<review::Review>> AllReviews(
    const Actor& actor, const review::ListReviewsRequest& request = {});
absl::StatusOr<std::vector<message::Message>> AllMessages(
    const Actor& actor, const message::ListMessagesRequest& request = {});

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_CHECKERS_H_
