// DashboardService: reads and watches rows of the view's live generation.
#ifndef MARU_SERVICES_FOOD_DASHBOARD_SERVICE_H_
#define MARU_SERVICES_FOOD_DASHBOARD_SERVICE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/food/dashboard/v1/dashboard.maru.h"
#include "maru/food/dashboard/v1/dashboard.pb.h"

namespace maru::food::dashboard {

// Codes and reasons are in the contract.
//
// A watcher costs nothing while nothing is committed. It keeps no queue: what it is told is read
// off the row, which remembers all that was shown, so a slow one misses nothing and holds nothing
// up.
class DashboardService final : public v1::DashboardServiceHandler {
 public:
  // A watcher looks at its row at most this often, however much is committed.
  static constexpr absl::Duration kLookInterval = absl::Milliseconds(20);
  // A watcher that does not take a response in this time is told so and let go.
  static constexpr absl::Duration kWriteLimit = absl::Seconds(30);

  // Both outlive the service.
  DashboardService(async::Executor& executor, maru::store::Store& store)
      : executor_(executor), store_(store) {}

  async::Task<absl::StatusOr<v1::OrderView>> GetOrderView(
      const rpc::CallContext& call, const v1::GetOrderViewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListOrderViewsResponse>> ListOrderViews(
      const rpc::CallContext& call, const v1::ListOrderViewsRequest& request) override;
  async::Task<absl::Status> WatchOrder(const rpc::CallContext& call,
                                       const v1::WatchOrderRequest& request,
                                       rpc::StreamWriter<v1::WatchOrderResponse>& writer) override;

 private:
  // RESOURCE_EXHAUSTED/WATCHER_TOO_SLOW after kWriteLimit.
  async::Task<absl::Status> Send(const v1::WatchOrderResponse& response,
                                 rpc::StreamWriter<v1::WatchOrderResponse>& writer);

  async::Executor& executor_;
  maru::store::Store& store_;
};

}  // namespace maru::food::dashboard

#endif  // MARU_SERVICES_FOOD_DASHBOARD_SERVICE_H_
