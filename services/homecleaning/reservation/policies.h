// What reservation does when it hears an event: it follows cleaning and payment.
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_POLICIES_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::homecleaning::reservation {

// Adds the handlers of CleaningConfirmed, PaymentCanceled, PaymentApproved and PaymentKindChanged.
void AddPolicies(events::Policies& on);

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_POLICIES_H_
