#include "services/datecourse/review/domain.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "google/protobuf/util/message_differencer.h"
#include "maru/datecourse/review/v1/review.maru.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::datecourse::review {
namespace {

absl::Status NoSuchReview(std::string_view id) {
  return options::v1::errors::NotFound("review", id);
}

// Copies a rating or its absence.
template <class From, class To>
void CopyRating(const From& from, To& to) {
  if (from.has_rating()) {
    to.set_rating(from.rating());
  } else {
    to.clear_rating();
  }
}

// Copies what the mask names from the request to `review`.
absl::Status Patch(const v1::ModifyReviewRequest& request, disk::Review& review) {
  const v1::Review& wanted = request.review();
  if (request.update_mask().paths().empty()) {
    return rpc::InvalidField("update_mask", "must name at least one field");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "comment_text") {
      if (wanted.comment_text().empty()) {
        return rpc::InvalidField("review.comment_text", "must not be empty");
      }
      review.set_comment_text(wanted.comment_text());
    } else if (path == "rating") {
      CopyRating(wanted, review);
    } else {
      return rpc::InvalidField("update_mask", absl::StrCat("'", path, "' cannot be changed"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRoom(std::string_view schedule_id, const Surroundings& surroundings) {
  if (surroundings.schedule_deleted) return options::v1::errors::NotFound("schedule", schedule_id);
  if (surroundings.own_review_id.has_value()) {
    return v1::errors::AlreadyExists(schedule_id, *surroundings.own_review_id);
  }
  return absl::OkStatus();
}

absl::StatusOr<Written> Write(const v1::WriteReviewRequest& request,
                              const Surroundings& surroundings,
                              const schedule::v1::CheckReviewEligibilityResponse& eligibility,
                              std::string_view customer, absl::Time now, std::string id) {
  RETURN_IF_ERROR(CheckRoom(request.schedule_id(), surroundings));
  if (!eligibility.eligible()) return v1::errors::ReviewClosed(request.schedule_id());

  Written result;
  disk::Review& review = result.review;
  review.set_id(std::move(id));
  review.set_schedule_id(request.schedule_id());
  review.set_customer_id(std::string(customer));
  review.set_uploader_id(eligibility.uploader_id());
  review.set_comment_text(request.comment_text());
  CopyRating(request, review);
  *review.mutable_create_time() = ToTimestamp(now);
  *review.mutable_update_time() = review.create_time();

  v1::ReviewRegistered& event = result.event;
  event.set_review_id(review.id());
  event.set_schedule_id(review.schedule_id());
  event.set_customer_id(review.customer_id());
  event.set_uploader_id(review.uploader_id());
  event.set_comment_text(review.comment_text());
  CopyRating(review, event);
  return result;
}

absl::StatusOr<Modified> Modify(const State& state, const v1::ModifyReviewRequest& request,
                                std::string_view customer, absl::Time now) {
  if (!state.live.has_value() || state.live->customer_id() != customer) {
    return NoSuchReview(request.review().id());
  }
  Modified result;
  result.review = *state.live;
  disk::Review& review = result.review;
  RETURN_IF_ERROR(Patch(request, review));
  if (google::protobuf::util::MessageDifferencer::Equals(review, *state.live)) return result;
  *review.mutable_update_time() = ToTimestamp(now);

  v1::ReviewModified& event = result.event.emplace();
  event.set_review_id(review.id());
  event.set_schedule_id(review.schedule_id());
  event.set_customer_id(review.customer_id());
  event.set_comment_text(review.comment_text());
  CopyRating(review, event);
  return result;
}

absl::StatusOr<Deleted> Delete(const State& state, std::string_view id, std::string_view customer,
                               absl::Time now) {
  if (state.deleted.has_value() && state.deleted->customer_id() == customer) {
    return Deleted{*state.deleted, std::nullopt};
  }
  if (!state.live.has_value() || state.live->customer_id() != customer) return NoSuchReview(id);

  Deleted result;
  result.review.set_customer_id(std::string(customer));
  *result.review.mutable_delete_time() = ToTimestamp(now);
  v1::ReviewDeleted& event = result.event.emplace();
  event.set_review_id(std::string(id));
  event.set_schedule_id(state.live->schedule_id());
  event.set_customer_id(std::string(customer));
  return result;
}

v1::Review ToApi(const disk::Review& review) {
  v1::Review shown;
  shown.set_id(review.id());
  shown.set_schedule_id(review.schedule_id());
  shown.set_customer_id(review.customer_id());
  shown.set_comment_text(review.comment_text());
  CopyRating(review, shown);
  *shown.mutable_create_time() = review.create_time();
  *shown.mutable_update_time() = review.update_time();
  return shown;
}

}  // namespace maru::datecourse::review
