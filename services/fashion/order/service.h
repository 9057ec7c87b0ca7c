// OrderService: PlaceOrder is a saga; every other command is one transaction that loads, asks the
// domain and saves.
#ifndef MARU_SERVICES_FASHION_ORDER_SERVICE_H_
#define MARU_SERVICES_FASHION_ORDER_SERVICE_H_

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call_context.h"
#include "common/saga/sagas.h"
#include "common/store/store.h"
#include "maru/fashion/order/store/v1/order.pb.h"
#include "maru/fashion/order/v1/order.maru.h"
#include "maru/fashion/order/v1/order.pb.h"

namespace maru::fashion::order {

using PlaceOrderSaga = saga::Saga<store::v1::Order, v1::Order>;

// Codes and reasons are in the contract.
class OrderService final : public v1::OrderServiceHandler {
 public:
  // Both outlive the service.
  OrderService(maru::store::Store& store, PlaceOrderSaga& place_order)
      : store_(store), place_order_(place_order) {}

  async::Task<absl::StatusOr<v1::Order>> PlaceOrder(const rpc::CallContext& call,
                                                    const v1::PlaceOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::Order>> CancelOrder(
      const rpc::CallContext& call, const v1::CancelOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::Order>> GetOrder(const rpc::CallContext& call,
                                                  const v1::GetOrderRequest& request) override;
  async::Task<absl::StatusOr<v1::ListOrdersResponse>> ListOrders(
      const rpc::CallContext& call, const v1::ListOrdersRequest& request) override;

 private:
  maru::store::Store& store_;
  PlaceOrderSaga& place_order_;
};

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_SERVICE_H_
