// What delivery does when it hears an event: accepted orders are delivered, and cancels are
// decided.
#ifndef MARU_SERVICES_FASHION_DELIVERY_POLICIES_H_
#define MARU_SERVICES_FASHION_DELIVERY_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::fashion::delivery {

// Adds the handlers of StoreAccepted and StoreCanceled.
void AddPolicies(events::Policies& on);

}  // namespace maru::fashion::delivery

#endif  // MARU_SERVICES_FASHION_DELIVERY_POLICIES_H_
