// DashboardService: queries of the view.
#ifndef MARU_SERVICES_HOMECLEANING_DASHBOARD_SERVICE_H_
#define MARU_SERVICES_HOMECLEANING_DASHBOARD_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/homecleaning/dashboard/v1/dashboard.maru.h"
#include "maru/homecleaning/dashboard/v1/dashboard.pb.h"

namespace maru::homecleaning::dashboard {

// Codes and reasons are in the contract.
class DashboardService final : public v1::DashboardServiceHandler {
 public:
  // `store` outlives the service.
  explicit DashboardService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::ReservationView>> GetReservationView(
      const rpc::CallContext& call, const v1::GetReservationViewRequest& request) override;
  async::Task<absl::StatusOr<v1::ListReservationViewsResponse>> ListReservationViews(
      const rpc::CallContext& call, const v1::ListReservationViewsRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::homecleaning::dashboard

#endif  // MARU_SERVICES_HOMECLEANING_DASHBOARD_SERVICE_H_
