#include "services/datecourse/schedule/domain.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/rpc/service.h"
#include "google/protobuf/util/message_differencer.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::datecourse::schedule {
namespace {

absl::Status NoSuchSchedule(std::string_view id) {
  return options::v1::errors::NotFound("schedule", id);
}

int32_t Raised(int32_t count) { return count + 1; }
int32_t Lowered(int32_t count) { return std::max(count - 1, 0); }

// Copies what the mask names from `wanted` to `schedule`.
absl::Status Patch(const v1::ModifyScheduleRequest& request, disk::Schedule& schedule) {
  const v1::Schedule& wanted = request.schedule();
  if (request.update_mask().paths().empty()) {
    return rpc::InvalidField("update_mask", "must name at least one field");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") {
      if (wanted.title().empty()) return rpc::InvalidField("schedule.title", "must not be empty");
      schedule.set_title(wanted.title());
    } else if (path == "content") {
      schedule.set_content(wanted.content());
    } else if (path == "review_open") {
      schedule.set_review_open(wanted.review_open());
    } else {
      return rpc::InvalidField("update_mask", absl::StrCat("'", path, "' cannot be changed"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

Registered Register(const v1::RegisterScheduleRequest& request, std::string_view host,
                    absl::Time now, std::string id) {
  Registered result;
  disk::Schedule& schedule = result.schedule;
  schedule.set_id(std::move(id));
  schedule.set_title(request.title());
  schedule.set_content(request.content());
  schedule.set_uploader(request.uploader());
  schedule.set_uploader_id(std::string(host));
  schedule.set_review_open(request.review_open());
  *schedule.mutable_create_time() = ToTimestamp(now);
  *schedule.mutable_update_time() = schedule.create_time();

  v1::ScheduleRegistered& event = result.event;
  event.set_schedule_id(schedule.id());
  event.set_title(schedule.title());
  event.set_content(schedule.content());
  event.set_uploader(schedule.uploader());
  event.set_uploader_id(schedule.uploader_id());
  event.set_review_open(schedule.review_open());
  return result;
}

absl::StatusOr<Modified> Modify(const State& state, const v1::ModifyScheduleRequest& request,
                                std::string_view host, absl::Time now) {
  if (!state.live.has_value() || state.live->uploader_id() != host) {
    return NoSuchSchedule(request.schedule().id());
  }
  Modified result;
  result.schedule = *state.live;
  disk::Schedule& schedule = result.schedule;
  RETURN_IF_ERROR(Patch(request, schedule));
  if (google::protobuf::util::MessageDifferencer::Equals(schedule, *state.live)) return result;
  *schedule.mutable_update_time() = ToTimestamp(now);

  v1::ScheduleModified& event = result.event.emplace();
  event.set_schedule_id(schedule.id());
  event.set_title(schedule.title());
  event.set_content(schedule.content());
  event.set_review_open(schedule.review_open());
  event.set_uploader_id(schedule.uploader_id());
  return result;
}

absl::StatusOr<Deleted> Delete(const State& state, std::string_view id, std::string_view host,
                               absl::Time now) {
  if (state.deleted.has_value() && state.deleted->uploader_id() == host) {
    return Deleted{*state.deleted, std::nullopt};
  }
  if (!state.live.has_value() || state.live->uploader_id() != host) return NoSuchSchedule(id);

  Deleted result;
  result.schedule.set_uploader_id(std::string(host));
  *result.schedule.mutable_delete_time() = ToTimestamp(now);
  v1::ScheduleDeleted& event = result.event.emplace();
  event.set_schedule_id(std::string(id));
  event.set_uploader_id(std::string(host));
  return result;
}

v1::CheckReviewEligibilityResponse CheckReviewEligibility(
    const std::optional<disk::Schedule>& schedule) {
  v1::CheckReviewEligibilityResponse response;
  if (!schedule.has_value() || !schedule->review_open()) return response;
  response.set_eligible(true);
  response.set_uploader_id(schedule->uploader_id());
  return response;
}

void Count(const communication::v1::CommentRegistered&, disk::Schedule& schedule) {
  schedule.set_comment_count(Raised(schedule.comment_count()));
}
void Count(const communication::v1::CommentDeleted&, disk::Schedule& schedule) {
  schedule.set_comment_count(Lowered(schedule.comment_count()));
}
void Count(const communication::v1::BookmarkRegistered&, disk::Schedule& schedule) {
  schedule.set_bookmark_count(Raised(schedule.bookmark_count()));
}
void Count(const communication::v1::BookmarkCanceled&, disk::Schedule& schedule) {
  schedule.set_bookmark_count(Lowered(schedule.bookmark_count()));
}
void Count(const communication::v1::LikeRegistered&, disk::Schedule& schedule) {
  schedule.set_like_count(Raised(schedule.like_count()));
}
void Count(const communication::v1::LikeCanceled&, disk::Schedule& schedule) {
  schedule.set_like_count(Lowered(schedule.like_count()));
}
void Count(const review::v1::ReviewRegistered&, disk::Schedule& schedule) {
  schedule.set_review_count(Raised(schedule.review_count()));
}
void Count(const review::v1::ReviewDeleted&, disk::Schedule& schedule) {
  schedule.set_review_count(Lowered(schedule.review_count()));
}

v1::Schedule ToApi(const disk::Schedule& schedule) {
  v1::Schedule shown;
  shown.set_id(schedule.id());
  shown.set_title(schedule.title());
  shown.set_content(schedule.content());
  shown.set_uploader(schedule.uploader());
  shown.set_uploader_id(schedule.uploader_id());
  shown.set_review_open(schedule.review_open());
  shown.set_comment_count(schedule.comment_count());
  shown.set_bookmark_count(schedule.bookmark_count());
  shown.set_like_count(schedule.like_count());
  shown.set_review_count(schedule.review_count());
  *shown.mutable_create_time() = schedule.create_time();
  *shown.mutable_update_time() = schedule.update_time();
  return shown;
}

}  // namespace maru::datecourse::schedule
