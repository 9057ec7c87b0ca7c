// OrderviewService: queries of the view.
#ifndef MARU_SERVICES_FASHION_ORDERVIEW_SERVICE_H_
#define MARU_SERVICES_FASHION_ORDERVIEW_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/fashion/orderview/v1/orderview.maru.h"
#include "maru/fashion/orderview/v1/orderview.pb.h"

namespace maru::fashion::orderview {

// Codes and reasons are in the contract.
class OrderviewService final : public v1::OrderviewServiceHandler {
 public:
  // `store` outlives the service.
  explicit OrderviewService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::OrderStatus>> GetOrderStatus(
      const rpc::CallContext& call, const v1::GetOrderStatusRequest& request) override;
  async::Task<absl::StatusOr<v1::ListOrderStatusesResponse>> ListOrderStatuses(
      const rpc::CallContext& call, const v1::ListOrderStatusesRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::fashion::orderview

#endif  // MARU_SERVICES_FASHION_ORDERVIEW_SERVICE_H_
