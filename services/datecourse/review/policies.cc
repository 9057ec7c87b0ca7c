#include "services/datecourse/review/policies.h"

#include "maru/datecourse/schedule/v1/events.pb.h"
#include "services/datecourse/review/tables.h"

namespace maru::datecourse::review {
namespace {

absl::Status OnScheduleDeleted(maru::store::Txn& txn, const event::v1::Event& envelope,
                               const schedule::v1::ScheduleDeleted& event) {
  store::v1::DeletedSchedule deleted;
  *deleted.mutable_delete_time() = envelope.time();
  kDeletedSchedules.Put(txn, event.schedule_id(), deleted);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<schedule::v1::ScheduleDeleted>("schedule", OnScheduleDeleted);
}

}  // namespace maru::datecourse::review
