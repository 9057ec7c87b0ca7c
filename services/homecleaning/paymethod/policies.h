// What paymethod does when it hears an event: payment answers changes.
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_POLICIES_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::homecleaning::paymethod {

// Adds the handlers of PaymentKindChanged and PaymentKindRefused.
void AddPolicies(events::Policies& on);

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_POLICIES_H_
