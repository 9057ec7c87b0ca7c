// The saga of PlaceOrder: no payment, no order (domain.md, section 4).
#ifndef MARU_SERVICES_FOOD_ORDER_SAGA_H_
#define MARU_SERVICES_FOOD_ORDER_SAGA_H_

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "maru/food/order/store/v1/order.pb.h"
#include "maru/food/order/v1/order.pb.h"

namespace maru::food::order {

// `payment` calls the context payment; it outlives the saga.
saga::Definition<store::v1::Order, v1::Order> PlaceOrder(rpc::Caller& payment);

}  // namespace maru::food::order

#endif  // MARU_SERVICES_FOOD_ORDER_SAGA_H_
