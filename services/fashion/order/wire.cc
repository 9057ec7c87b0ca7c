#include "services/fashion/order/wire.h"

#include <memory>

#include "services/fashion/order/policies.h"
#include "services/fashion/order/saga.h"
#include "services/fashion/order/service.h"

namespace maru::fashion::order {

void Wire(mesh::Context& context) {
  PlaceOrderSaga& place_order =
      context.sagas().Add(PlaceOrder(context.Peer("product"), context.Peer("payment")));
  context.Serve(std::make_unique<OrderService>(context.store(), place_order));
  AddPolicies(context.policies());
}

}  // namespace maru::fashion::order
