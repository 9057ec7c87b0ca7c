// ViewpageService: reads pages of the view's live generation.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/datecourse/viewpage/v1/viewpage.maru.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"

namespace maru::datecourse::viewpage {

// Codes and reasons are in the contract.
class ViewpageService final : public v1::ViewpageServiceHandler {
 public:
  // `store` outlives the service.
  explicit ViewpageService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::ScheduleView>> GetScheduleView(
      const rpc::CallContext& call, const v1::GetScheduleViewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListScheduleViewsResponse>> ListScheduleViews(
      const rpc::CallContext& call, const v1::ListScheduleViewsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_
