// What order does when it hears an event: it follows store, delivery and payment.
#ifndef MARU_SERVICES_FASHION_ORDER_POLICIES_H_
#define MARU_SERVICES_FASHION_ORDER_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::fashion::order {

// Adds the handlers of all events that say where an order is.
void AddPolicies(events::Policies& on);

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_POLICIES_H_
