// What store does when it hears an event: orders become tickets, and are canceled.
#ifndef MARU_SERVICES_FOOD_STORE_POLICIES_H_
#define MARU_SERVICES_FOOD_STORE_POLICIES_H_

#include "common/events/handlers.h"
#include "services/food/store/tickets.h"

namespace maru::food::store {

// Adds the handlers of OrderPlaced and OrderCancelRequested. `tickets` outlives them.
void AddPolicies(const Tickets& tickets, events::Policies& on);

}  // namespace maru::food::store

#endif  // MARU_SERVICES_FOOD_STORE_POLICIES_H_
