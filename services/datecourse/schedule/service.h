// ScheduleService: each command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_DATECOURSE_SCHEDULE_SERVICE_H_
#define MARU_SERVICES_DATECOURSE_SCHEDULE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "google/protobuf/empty.pb.h"
#include "maru/datecourse/schedule/v1/schedule.maru.h"
#include "maru/datecourse/schedule/v1/schedule.pb.h"

namespace maru::datecourse::schedule {

// Codes and reasons are in the contract.
class ScheduleService final : public v1::ScheduleServiceHandler {
 public:
  // `store` outlives the service.
  explicit ScheduleService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Schedule>> RegisterSchedule(
      const rpc::CallContext& call, const v1::RegisterScheduleRequest& request) override;
  async::Task<absl::StatusOr<v1::Schedule>> ModifySchedule(
      const rpc::CallContext& call, const v1::ModifyScheduleRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteSchedule(
      const rpc::CallContext& call, const v1::DeleteScheduleRequest& request) override;
  async::Task<absl::StatusOr<v1::Schedule>> GetSchedule(
      const rpc::CallContext& call, const v1::GetScheduleRequest& request) override;
  async::Task<absl::StatusOr<v1::ListSchedulesResponse>> ListSchedules(
      const rpc::CallContext& call, const v1::ListSchedulesRequest& request) override;
  async::Task<absl::StatusOr<v1::CheckReviewEligibilityResponse>> CheckReviewEligibility(
      const rpc::CallContext& call, const v1::CheckReviewEligibilityRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::datecourse::schedule

#endif  // MARU_SERVICES_DATECOURSE_SCHEDULE_SERVICE_H_
