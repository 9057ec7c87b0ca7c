// The saga of PlaceOrder: no pieces and no payment, no order (domain.md, section 5).
#ifndef MARU_SERVICES_FASHION_ORDER_SAGA_H_
#define MARU_SERVICES_FASHION_ORDER_SAGA_H_

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "maru/fashion/order/store/v1/order.pb.h"
#include "maru/fashion/order/v1/order.pb.h"

namespace maru::fashion::order {

// They call the contexts product and payment; they outlive the saga.
saga::Definition<store::v1::Order, v1::Order> PlaceOrder(rpc::Caller& product,
                                                         rpc::Caller& payment);

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_SAGA_H_
