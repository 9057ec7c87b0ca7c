// What order does when it hears an event: it follows store, delivery and payment.
#ifndef MARU_SERVICES_FOOD_ORDER_POLICIES_H_
#define MARU_SERVICES_FOOD_ORDER_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::food::order {

// Adds the handlers of all events of store and delivery, and of PaymentCanceled.
void AddPolicies(events::Policies& on);

}  // namespace maru::food::order

#endif  // MARU_SERVICES_FOOD_ORDER_POLICIES_H_
