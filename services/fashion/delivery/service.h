// DeliveryService: every command is one transaction that loads, asks the domain and saves.
#ifndef MARU_SERVICES_FASHION_DELIVERY_SERVICE_H_
#define MARU_SERVICES_FASHION_DELIVERY_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"
#include "maru/fashion/delivery/v1/delivery.maru.h"
#include "maru/fashion/delivery/v1/delivery.pb.h"

namespace maru::fashion::delivery {

// Codes and reasons are in the contract.
class DeliveryService final : public v1::DeliveryServiceHandler {
 public:
  // `store` outlives the service.
  explicit DeliveryService(maru::store::Store& store) : store_(store) {}

  async::Task<absl::StatusOr<v1::Delivery>> CompleteDelivery(
      const rpc::CallContext& call, const v1::CompleteDeliveryRequest& request) override;
  async::Task<absl::StatusOr<v1::Delivery>> GetDelivery(
      const rpc::CallContext& call, const v1::GetDeliveryRequest& request) override;
  async::Task<absl::StatusOr<v1::ListDeliveriesResponse>> ListDeliveries(
      const rpc::CallContext& call, const v1::ListDeliveriesRequest& request) override;

 private:
  maru::store::Store& store_;
};

}  // namespace maru::fashion::delivery

#endif  // MARU_SERVICES_FASHION_DELIVERY_SERVICE_H_
