// What delivery does when it hears an event: what is cooked is delivered.
#ifndef MARU_SERVICES_FOOD_DELIVERY_POLICIES_H_
#define MARU_SERVICES_FOOD_DELIVERY_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::food::delivery {

// Adds the handler of CookFinished.
void AddPolicies(events::Policies& on);

}  // namespace maru::food::delivery

#endif  // MARU_SERVICES_FOOD_DELIVERY_POLICIES_H_
