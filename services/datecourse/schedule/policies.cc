#include "services/datecourse/schedule/policies.h"

#include <optional>

#include "common/base/status.h"
#include "maru/datecourse/communication/v1/events.pb.h"
#include "maru/datecourse/review/v1/events.pb.h"
#include "services/datecourse/schedule/domain.h"
#include "services/datecourse/schedule/tables.h"

namespace maru::datecourse::schedule {
namespace {

template <class E>
absl::Status OnEvent(maru::store::Txn& txn, const event::v1::Event&, const E& event) {
  ASSIGN_OR_RETURN(std::optional<disk::Schedule> schedule,
                   kSchedules.Get(txn, event.schedule_id()));
  if (!schedule.has_value()) return absl::OkStatus();
  Count(event, *schedule);
  kSchedules.Put(txn, schedule->id(), *schedule);
  return absl::OkStatus();
}

template <class E>
void CountEvery(events::Policies& on, std::string_view context) {
  on.Event<E>(context, OnEvent<E>);
}

}  // namespace

void AddPolicies(events::Policies& on) {
  CountEvery<communication::v1::CommentRegistered>(on, "communication");
  CountEvery<communication::v1::CommentDeleted>(on, "communication");
  CountEvery<communication::v1::BookmarkRegistered>(on, "communication");
  CountEvery<communication::v1::BookmarkCanceled>(on, "communication");
  CountEvery<communication::v1::LikeRegistered>(on, "communication");
  CountEvery<communication::v1::LikeCanceled>(on, "communication");
  CountEvery<review::v1::ReviewRegistered>(on, "review");
  CountEvery<review::v1::ReviewDeleted>(on, "review");
}

}  // namespace maru::datecourse::schedule
