// The rules of reviews (domain.md, section 1). Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_DATECOURSE_REVIEW_DOMAIN_H_
#define MARU_SERVICES_DATECOURSE_REVIEW_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "maru/datecourse/review/store/v1/review.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "maru/datecourse/review/v1/review.pb.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"

namespace maru::datecourse::review {

namespace disk = store::v1;

// What is known of a review id. At most one of the two; neither: it never existed.
struct State {
  std::optional<disk::Review> live;
  std::optional<disk::DeletedReview> deleted;
};

// What there is already where a review is to be written.
struct Surroundings {
  // This context has heard ScheduleDeleted.
  bool schedule_deleted = false;
  // The customer's review on the schedule.
  std::optional<std::string> own_review_id;
};

struct Written {
  disk::Review review;
  v1::ReviewRegistered event;
};

struct Modified {
  disk::Review review;
  // Absent when nothing changed.
  std::optional<v1::ReviewModified> event;
};

struct Deleted {
  disk::DeletedReview review;
  // Absent when it had been deleted before.
  std::optional<v1::ReviewDeleted> event;
};

// What can be refused without asking schedule. NOT_FOUND/NOT_FOUND: the schedule was deleted.
// ALREADY_EXISTS/ALREADY_EXISTS: the customer has a review on it.
absl::Status CheckRoom(std::string_view schedule_id, const Surroundings& surroundings);

// As CheckRoom; then FAILED_PRECONDITION/REVIEW_CLOSED: schedule says that it is not eligible.
absl::StatusOr<Written> Write(const v1::WriteReviewRequest& request,
                              const Surroundings& surroundings,
                              const schedule::v1::CheckReviewEligibilityResponse& eligibility,
                              std::string_view customer, absl::Time now, std::string id);

// NOT_FOUND/NOT_FOUND: unknown, deleted or not `customer`'s. INVALID_ARGUMENT/INVALID_FIELD: an
// empty or unknown mask, or an empty text.
absl::StatusOr<Modified> Modify(const State& state, const v1::ModifyReviewRequest& request,
                                std::string_view customer, absl::Time now);

// NOT_FOUND/NOT_FOUND: unknown or not `customer`'s.
absl::StatusOr<Deleted> Delete(const State& state, std::string_view id, std::string_view customer,
                               absl::Time now);

// The review as anybody may see it.
v1::Review ToApi(const disk::Review& review);

}  // namespace maru::datecourse::review

#endif  // MARU_SERVICES_DATECOURSE_REVIEW_DOMAIN_H_
