#include "tests/harness/checkers.h"

#include "tests/harness/system_api.h"
#include "tests/workload/checkers.h"
#include "tests/workload/lists.h"

namespace maru::harness {
namespace {

// Runs one of the lists of tests/workload for the test's `actor`.
template <typename Request, typename Row>
absl::StatusOr<std::vector<Row>> Read(
    const Actor& actor, const Request& request,
    async::Task<absl::StatusOr<std::vector<Row>>> (*read)(const workload::Actor&, Request)) {
  SystemApi api(actor.system(), {});
  const workload::Actor reader(api, actor.role(), actor.subject());
  return api.executor().BlockOn(read(reader, request));
}

}  // namespace

std::string CheckExact(System& system, const Ledger& ledger, absl::Duration within) {
  SystemApi api(system, {});
  return api.executor().BlockOn(workload::CheckExact(api, ledger, within));
}

absl::StatusOr<std::vector<communication::Communication>> AllCommunications(
    const Actor& actor, const communication::ListCommunicationsRequest& request) {
  return Read(actor, request, workload::AllCommunications);
}

absl::StatusOr<std::vector<review::Review>> AllReviews(const Actor& actor,
                                                       const review::ListReviewsRequest& request) {
  return Read(actor, request, workload::AllReviews);
}

absl::StatusOr<std::vector<message::Message>> AllMessages(
    const Actor& actor, const message::ListMessagesRequest& request) {
  return Read(actor, request, workload::AllMessages);
}

}  // namespace maru::harness
