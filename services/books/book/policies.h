// What book does when it hears of library and delivery: the arbiter of who gets a copy.
#ifndef MARU_SERVICES_BOOKS_BOOK_POLICIES_H_
#define MARU_SERVICES_BOOKS_BOOK_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::books::book {

// Adds the handlers of Renewed, DeliveryRequested and DeliveryCanceled.
void AddPolicies(events::Policies& on);

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_POLICIES_H_
