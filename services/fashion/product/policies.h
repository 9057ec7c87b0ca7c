// What product does when it hears an event: pieces are sold, and come back.
#ifndef MARU_SERVICES_FASHION_PRODUCT_POLICIES_H_
#define MARU_SERVICES_FASHION_PRODUCT_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::fashion::product {

// Adds the handlers of OrderPlaced and DeliveryCanceled.
void AddPolicies(events::Policies& on);

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_POLICIES_H_
