// What reservation does when it hears of delivery and book.
#ifndef MARU_SERVICES_BOOKS_RESERVATION_POLICIES_H_
#define MARU_SERVICES_BOOKS_RESERVATION_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::books::reservation {

// Adds the handlers of BookDelivered and OutOfStock.
void AddPolicies(events::Policies& on);

}  // namespace maru::books::reservation

#endif  // MARU_SERVICES_BOOKS_RESERVATION_POLICIES_H_
