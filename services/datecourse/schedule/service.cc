#include "services/datecourse/schedule/service.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/store/page.h"
#include "maru/datecourse/schedule/v1/events.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/schedule/domain.h"
#include "services/datecourse/schedule/tables.h"

namespace maru::datecourse::schedule {
namespace {

using async::Task;
using google::protobuf::Empty;
using maru::store::Page;
using maru::store::PageRequest;
using maru::store::PageRequestOf;
using maru::store::Reader;
using maru::store::Table;
using maru::store::Txn;
using rpc::CallContext;

absl::StatusOr<State> Load(Reader& reader, std::string_view id) {
  State state;
  ASSIGN_OR_RETURN(state.live, kSchedules.Get(reader, id));
  if (!state.live.has_value()) {
    ASSIGN_OR_RETURN(state.deleted, kDeletedSchedules.Get(reader, id));
  }
  return state;
}

absl::StatusOr<Page<Table<disk::Schedule, std::string>::Row>> Find(Reader& reader,
                                                                   const PageRequest& page,
                                                                   const std::string& uploader_id) {
  if (!uploader_id.empty()) {
    return ListPage(reader, kSchedulesByUploader, kSchedules, page, uploader_id);
  }
  return ListPage(reader, kSchedules, page, [](const disk::Schedule&) { return true; });
}

}  // namespace

Task<absl::StatusOr<v1::Schedule>> ScheduleService::RegisterSchedule(
    const CallContext& call, const v1::RegisterScheduleRequest& request) {
  return store_.Transact(call, [&call, &request](Txn& txn) -> absl::StatusOr<v1::Schedule> {
    const Registered result = Register(request, call.identity->subject, txn.Now(), txn.NewId());
    const disk::Schedule& schedule = result.schedule;
    kSchedules.Put(txn, schedule.id(), schedule);
    kSchedulesByUploader.Put(txn, schedule.uploader_id(), schedule.id());
    txn.Emit(result.event);
    return ToApi(schedule);
  });
}

Task<absl::StatusOr<v1::Schedule>> ScheduleService::ModifySchedule(
    const CallContext& call, const v1::ModifyScheduleRequest& request) {
  return store_.Transact(call, {kSchedules.KeyOf(request.schedule().id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<v1::Schedule> {
                           ASSIGN_OR_RETURN(const State state, Load(txn, request.schedule().id()));
                           ASSIGN_OR_RETURN(
                               const Modified result,
                               Modify(state, request, call.identity->subject, txn.Now()));
                           if (result.event.has_value()) {
                             kSchedules.Put(txn, result.schedule.id(), result.schedule);
                             txn.Emit(*result.event);
                           }
                           return ToApi(result.schedule);
                         });
}

Task<absl::StatusOr<Empty>> ScheduleService::DeleteSchedule(
    const CallContext& call, const v1::DeleteScheduleRequest& request) {
  return store_.Transact(call, {kSchedules.KeyOf(request.id())},
                         [&call, &request](Txn& txn) -> absl::StatusOr<Empty> {
                           const std::string& id = request.id();
                           ASSIGN_OR_RETURN(const State state, Load(txn, id));
                           ASSIGN_OR_RETURN(const Deleted result,
                                            Delete(state, id, call.identity->subject, txn.Now()));
                           if (result.event.has_value()) {
                             kSchedules.Delete(txn, id);
                             kSchedulesByUploader.Delete(txn, result.schedule.uploader_id(), id);
                             kDeletedSchedules.Put(txn, id, result.schedule);
                             txn.Emit(*result.event);
                           }
                           return Empty();
                         });
}

Task<absl::StatusOr<v1::Schedule>> ScheduleService::GetSchedule(
    const CallContext&, const v1::GetScheduleRequest& request) {
  return store_.Read([&request](Reader& reader) -> absl::StatusOr<v1::Schedule> {
    ASSIGN_OR_RETURN(const std::optional<disk::Schedule> schedule,
                     kSchedules.Get(reader, request.id()));
    if (!schedule.has_value()) return options::v1::errors::NotFound("schedule", request.id());
    return ToApi(*schedule);
  });
}

Task<absl::StatusOr<v1::ListSchedulesResponse>> ScheduleService::ListSchedules(
    const CallContext& call, const v1::ListSchedulesRequest& request) {
  const PageRequest page = PageRequestOf(call, request, {request.uploader_id()});
  return store_.Read([page, &request](Reader& reader) -> absl::StatusOr<v1::ListSchedulesResponse> {
    ASSIGN_OR_RETURN(const auto found, Find(reader, page, request.uploader_id()));
    return ToListResponse(found, &v1::ListSchedulesResponse::mutable_schedules, ToApi);
  });
}

Task<absl::StatusOr<v1::CheckReviewEligibilityResponse>> ScheduleService::CheckReviewEligibility(
    const CallContext&, const v1::CheckReviewEligibilityRequest& request) {
  return store_.Read(
      [&request](Reader& reader) -> absl::StatusOr<v1::CheckReviewEligibilityResponse> {
        ASSIGN_OR_RETURN(const std::optional<disk::Schedule> schedule,
                         kSchedules.Get(reader, request.schedule_id()));
        return schedule::CheckReviewEligibility(schedule);
      });
}

}  // namespace maru::datecourse::schedule
