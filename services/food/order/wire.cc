#include "services/food/order/wire.h"

#include <memory>

#include "services/food/order/policies.h"
#include "services/food/order/saga.h"
#include "services/food/order/service.h"

namespace maru::food::order {

void Wire(mesh::Context& context) {
  PlaceOrderSaga& place_order = context.sagas().Add(PlaceOrder(context.Peer("payment")));
  context.Serve(std::make_unique<OrderService>(context.store(), place_order));
  AddPolicies(context.policies());
}

}  // namespace maru::food::order
