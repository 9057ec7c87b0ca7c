// Whether a system at rest shows exactly what a load was told. Each checker returns what is wrong,
// or an empty text.
#ifndef MARU_TESTS_HARNESS_CHECKERS_H_
#define MARU_TESTS_HARNESS_CHECKERS_H_

#include <string>
#include <vector>

#include "tests/harness/actor.h"
#include "tests/harness/ledger.h"

namespace maru::harness {

// Every row of communication is as it was acknowledged, there is none besides, and the list shows
// the active ones, each once.
std::string CheckCommunications(const Actor& admin, const Ledger& ledger);
// The same for review; deleted ones are NOT_FOUND.
std::string CheckReviews(const Actor& admin, const Ledger& ledger);
// One active bookmark, one active like, one review at most for each schedule and customer.
std::string CheckOnePerPair(const Actor& admin);
// Content and counts of every schedule: the counts are what communication and review hold.
std::string CheckSchedules(const Actor& admin, const Ledger& ledger);
// Content, counts and latest reviews of every page; deleted ones are gone.
std::string CheckPages(const Actor& admin, const Ledger& ledger);
// One message per cause.
std::string CheckMessages(const Actor& admin, const Ledger& ledger);
// No context has a parked event, something to publish, or a partition that stands still or behind.
std::string CheckNothingWaits(const Actor& admin);
// The broker has, undamaged, every record that the contexts have numbered.
std::string CheckLog(const Actor& admin);

// All of the above, waiting until `within` has passed for what events still have to bring about.
std::string CheckExact(System& system, const Ledger& ledger,
                       absl::Duration within = absl::Seconds(30));

// Reads a list to its end.
absl::StatusOr<std::vector<communication::Communication>> AllCommunications(
    const Actor& actor, communication::ListCommunicationsRequest request = {});
absl::StatusOr<std::vector<review::Review>> AllReviews(const Actor& actor,
                                                       review::ListReviewsRequest request = {});
absl::StatusOr<std::vector<message::Message>> AllMessages(
    const Actor& actor, message::ListMessagesRequest request = {});

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_CHECKERS_H_
