// The rules of schedules (domain.md, section 1): what a host may do with a date course, who may
// review it, and how other contexts' events count. Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_DATECOURSE_SCHEDULE_DOMAIN_H_
#define MARU_SERVICES_DATECOURSE_SCHEDULE_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "maru/datecourse/schedule/store/v1/schedule.pb.h"
#include "maru/datecourse/schedule/v1/events.pb.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"

namespace maru::datecourse::schedule {

namespace disk = store::v1;

// What is known of a schedule id. At most one of the two; neither: it never existed.
struct State {
  std::optional<disk::Schedule> live;
  std::optional<disk::DeletedSchedule> deleted;
};

struct Registered {
  disk::Schedule schedule;
  v1::ScheduleRegistered event;
};

struct Modified {
  disk::Schedule schedule;
  // Absent when nothing changed.
  std::optional<v1::ScheduleModified> event;
};

struct Deleted {
  disk::DeletedSchedule schedule;
  // Absent when it had been deleted before.
  std::optional<v1::ScheduleDeleted> event;
};

// Publishes a date course of `host`.
Registered Register(const v1::RegisterScheduleRequest& request, std::string_view host,
                    absl::Time now, std::string id);

// NOT_FOUND/NOT_FOUND: unknown, deleted or not `host`'s. INVALID_ARGUMENT/INVALID_FIELD: an empty
// or unknown mask, or an empty title.
absl::StatusOr<Modified> Modify(const State& state, const v1::ModifyScheduleRequest& request,
                                std::string_view host, absl::Time now);

// NOT_FOUND/NOT_FOUND: unknown or not `host`'s.
absl::StatusOr<Deleted> Delete(const State& state, std::string_view id, std::string_view host,
                               absl::Time now);

// Whether the schedule may be reviewed. nullopt: unknown or deleted.
v1::CheckReviewEligibilityResponse CheckReviewEligibility(
    const std::optional<disk::Schedule>& schedule);

// How an event of another context counts. No count ever goes below 0; update_time stays.
void Count(const communication::v1::CommentRegistered& event, disk::Schedule& schedule);
void Count(const communication::v1::CommentDeleted& event, disk::Schedule& schedule);
void Count(const communication::v1::BookmarkRegistered& event, disk::Schedule& schedule);
void Count(const communication::v1::BookmarkCanceled& event, disk::Schedule& schedule);
void Count(const communication::v1::LikeRegistered& event, disk::Schedule& schedule);
void Count(const communication::v1::LikeCanceled& event, disk::Schedule& schedule);
void Count(const review::v1::ReviewRegistered& event, disk::Schedule& schedule);
void Count(const review::v1::ReviewDeleted& event, disk::Schedule& schedule);

// The schedule as anybody may see it.
v1::Schedule ToApi(const disk::Schedule& schedule);

}  // namespace maru::datecourse::schedule

#endif  // MARU_SERVICES_DATECOURSE_SCHEDULE_DOMAIN_H_
