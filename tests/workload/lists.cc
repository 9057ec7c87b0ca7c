#include "tests/workload/lists.h"

namespace maru::workload {

async::Task<absl::StatusOr<std::vector<communication::Communication>>> AllCommunications(
    const Actor& actor, communication::ListCommunicationsRequest request) {
  return ReadAll(actor, kListCommunications, std::move(request),
                 &communication::ListCommunicationsResponse::mutable_communications);
}

async::Task<absl::StatusOr<std::vector<review::Review>>> AllReviews(
    const Actor& actor, review::ListReviewsRequest request) {
  return ReadAll(actor, kListReviews, std::move(request),
                 &review::ListReviewsResponse::mutable_reviews);
}

async::Task<absl::StatusOr<std::vector<message::Message>>> AllMessages(
    const Actor& actor, message::ListMessagesRequest request) {
  return ReadAll(actor, kListMessages, std::move(request),
                 &message::ListMessagesResponse::mutable_messages);
}

}  // namespace maru::workload
