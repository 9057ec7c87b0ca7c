#include "services/datecourse/viewpage/view.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "services/datecourse/viewpage/domain.h"
#include "services/datecourse/viewpage/tables.h"

namespace maru::datecourse::viewpage {
namespace {

using event::v1::Event;
using events::ViewContext;
using maru::store::Direction;

absl::StatusOr<State> Load(ViewContext view, std::string_view schedule_id) {
  ASSIGN_OR_RETURN(std::optional<disk::Page> shown,
                   kShownPages.At(view.generation).Get(view.txn, schedule_id));
  if (shown.has_value()) return State{Phase::kShown, *std::move(shown)};
  ASSIGN_OR_RETURN(std::optional<disk::Page> waiting,
                   kWaitingPages.At(view.generation).Get(view.txn, schedule_id));
  if (waiting.has_value()) return State{Phase::kWaiting, *std::move(waiting)};
  ASSIGN_OR_RETURN(const std::optional<disk::DeletedSchedule> deleted,
                   kDeletedSchedules.At(view.generation).Get(view.txn, schedule_id));
  return State{deleted.has_value() ? Phase::kGone : Phase::kWaiting, disk::Page()};
}

// Keeps the page where its phase belongs; `before` is where it was.
void Save(ViewContext view, const std::string& schedule_id, Phase before, const Event& envelope,
          State state) {
  if (state.phase != before) {
    if (before == Phase::kShown) kShownPages.At(view.generation).Delete(view.txn, schedule_id);
    if (before == Phase::kWaiting) kWaitingPages.At(view.generation).Delete(view.txn, schedule_id);
  }
  state.page.set_schedule_id(schedule_id);
  switch (state.phase) {
    case Phase::kShown:
      kShownPages.At(view.generation).Put(view.txn, schedule_id, state.page);
      return;
    case Phase::kWaiting:
      kWaitingPages.At(view.generation).Put(view.txn, schedule_id, state.page);
      return;
    case Phase::kGone:
      if (before == Phase::kGone) return;
      disk::DeletedSchedule deleted;
      *deleted.mutable_delete_time() = envelope.time();
      kDeletedSchedules.At(view.generation).Put(view.txn, schedule_id, deleted);
      return;
  }
}

// For events that change the page itself.
template <class E>
absl::Status OnEvent(ViewContext view, const Event& envelope, const E& event) {
  ASSIGN_OR_RETURN(State state, Load(view, event.schedule_id()));
  const Phase before = state.phase;
  Apply(event, state);
  Save(view, event.schedule_id(), before, envelope, std::move(state));
  return absl::OkStatus();
}

// After a change of the schedule's reviews by `added`.
absl::Status ShowNewest(ViewContext view, const Event& envelope, const std::string& schedule_id,
                        int added) {
  ASSIGN_OR_RETURN(State state, Load(view, schedule_id));
  if (state.phase == Phase::kGone) return absl::OkStatus();
  const maru::store::ScanOptions newest_few = {.direction = Direction::kReverse,
                                               .limit = kLatestReviews};
  ASSIGN_OR_RETURN(const auto rows,
                   kReviews.At(view.generation).Scan(view.txn, newest_few, schedule_id));
  std::vector<disk::Review> newest;
  for (const auto& row : rows) newest.push_back(row.value);
  const Phase before = state.phase;
  ShowReviews(added, newest, state);
  Save(view, schedule_id, before, envelope, std::move(state));
  return absl::OkStatus();
}

absl::Status OnReviewRegistered(ViewContext view, const Event& envelope,
                                const review::v1::ReviewRegistered& event) {
  const auto reviews = kReviews.At(view.generation);
  ASSIGN_OR_RETURN(const std::optional<disk::Review> row,
                   reviews.Get(view.txn, event.schedule_id(), event.review_id()));
  if (row.has_value()) return absl::OkStatus();
  reviews.Put(view.txn, event.schedule_id(), event.review_id(), ToRow(event, envelope.time()));
  return ShowNewest(view, envelope, event.schedule_id(), 1);
}

absl::Status OnReviewModified(ViewContext view, const Event& envelope,
                              const review::v1::ReviewModified& event) {
  const auto reviews = kReviews.At(view.generation);
  ASSIGN_OR_RETURN(std::optional<disk::Review> row,
                   reviews.Get(view.txn, event.schedule_id(), event.review_id()));
  if (!row.has_value()) return absl::OkStatus();
  Apply(event, *row);
  reviews.Put(view.txn, event.schedule_id(), event.review_id(), *row);
  return ShowNewest(view, envelope, event.schedule_id(), 0);
}

absl::Status OnReviewDeleted(ViewContext view, const Event& envelope,
                             const review::v1::ReviewDeleted& event) {
  const auto reviews = kReviews.At(view.generation);
  ASSIGN_OR_RETURN(const std::optional<disk::Review> row,
                   reviews.Get(view.txn, event.schedule_id(), event.review_id()));
  if (!row.has_value()) return absl::OkStatus();
  reviews.Delete(view.txn, event.schedule_id(), event.review_id());
  return ShowNewest(view, envelope, event.schedule_id(), -1);
}

}  // namespace

void AddView(events::View& on) {
  on.Event<schedule::v1::ScheduleRegistered>("schedule", OnEvent<schedule::v1::ScheduleRegistered>);
  on.Event<schedule::v1::ScheduleModified>("schedule", OnEvent<schedule::v1::ScheduleModified>);
  on.Event<schedule::v1::ScheduleDeleted>("schedule", OnEvent<schedule::v1::ScheduleDeleted>);

  namespace from = communication::v1;
  on.Event<from::CommentRegistered>("communication", OnEvent<from::CommentRegistered>);
  on.Event<from::CommentDeleted>("communication", OnEvent<from::CommentDeleted>);
  on.Event<from::BookmarkRegistered>("communication", OnEvent<from::BookmarkRegistered>);
  on.Event<from::BookmarkCanceled>("communication", OnEvent<from::BookmarkCanceled>);
  on.Event<from::LikeRegistered>("communication", OnEvent<from::LikeRegistered>);
  on.Event<from::LikeCanceled>("communication", OnEvent<from::LikeCanceled>);

  on.Event<review::v1::ReviewRegistered>("review", OnReviewRegistered);
  on.Event<review::v1::ReviewModified>("review", OnReviewModified);
  on.Event<review::v1::ReviewDeleted>("review", OnReviewDeleted);
}

}  // namespace maru::datecourse::viewpage
