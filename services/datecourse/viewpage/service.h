// ViewpageService: reads pages of the view's current generation.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/events/handlers.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/datecourse/viewpage/v1/viewpage.maru.h"
#include "maru/datecourse/viewpage/v1/viewpage.pb.h"

namespace maru::datecourse::viewpage {

// Which generation of the view queries read, as of the state that the reader sees: a rebuilt copy
// and the old one are never mixed in one answer. Any thread.
using CurrentGeneration =
    std::function<absl::StatusOr<events::Generation>(maru::store::Reader& reader)>;

// Codes and reasons are in the contract.
class ViewpageService final : public v1::ViewpageServiceHandler {
 public:
  // `store` outlives the service.
  ViewpageService(maru::store::Store& store, CurrentGeneration generation)
      : store_(store), generation_(std::move(generation)) {}

  async::Task<absl::StatusOr<v1::ScheduleView>> GetScheduleView(
      const rpc::CallContext& call, const v1::GetScheduleViewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListScheduleViewsResponse>> ListScheduleViews(
      const rpc::CallContext& call, const v1::ListScheduleViewsRequest& request) override;

 private:
  maru::store::Store& store_;
  const CurrentGeneration generation_;
};

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_SERVICE_H_
