// What delivery does when it hears of reservations and book.
#ifndef MARU_SERVICES_BOOKS_DELIVERY_POLICIES_H_
#define MARU_SERVICES_BOOKS_DELIVERY_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::books::delivery {

// Adds the handlers of Reserved, ReservationCanceled, BookIssued and OutOfStock.
void AddPolicies(events::Policies& on);

}  // namespace maru::books::delivery

#endif  // MARU_SERVICES_BOOKS_DELIVERY_POLICIES_H_
