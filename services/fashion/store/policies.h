// What store does when it hears an event: orders become store orders, and are canceled.
#ifndef MARU_SERVICES_FASHION_STORE_POLICIES_H_
#define MARU_SERVICES_FASHION_STORE_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::fashion::store {

// Adds the handlers of OrderPlaced, OrderCancelRequested and DeliveryCancelRefused.
void AddPolicies(events::Policies& on);

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_POLICIES_H_
