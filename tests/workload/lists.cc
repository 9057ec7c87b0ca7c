#include "tests/workload/lists.h"

namespace maru::workload {

async::Task<absl::StatusOr<std::vector<communication::Communication>>> AllCommunications(
    const Actor& actor, communication::ListCommunicationsRequest request) {
  return ReadAll(actor, kListCommunications, std::move(request),
                 &communication::ListCommunicationsResponse::mutable_communications);
}

async::Task<absl::StatusOr<std::vector<schedule::Schedule>>> AllSchedules(
    const Actor& actor, schedule::ListSchedulesRequest request) {
  return ReadAll(actor, kListSchedules, std::move(request),
                 &schedule::ListSchedulesResponse::mutable_schedules);
}

async::Task<absl::StatusOr<std::vector<review::Review>>> AllReviews(
    const Actor& actor, review::ListReviewsRequest request) {
  return ReadAll(actor, kListReviews, std::move(request),
                 &review::ListReviewsResponse::mutable_reviews);
}

async::Task<absl::StatusOr<std::vector<viewpage::ScheduleView>>> AllPages(
    const Actor& actor, viewpage::ListScheduleViewsRequest request) {
  return ReadAll(actor, kListScheduleViews, std::move(request),
                 &viewpage::ListScheduleViewsResponse::mutable_schedule_views);
}

async::Task<absl::StatusOr<std::vector<message::Message>>> AllMessages(
    const Actor& actor, message::ListMessagesRequest request) {
  return ReadAll(actor, kListMessages, std::move(request),
                 &message::ListMessagesResponse::mutable_messages);
}

}  // namespace maru::workload
