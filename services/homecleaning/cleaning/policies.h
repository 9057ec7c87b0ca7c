// What cleaning does when it hears an event: reservations open and cancel cleanings.
#ifndef MARU_SERVICES_HOMECLEANING_CLEANING_POLICIES_H_
#define MARU_SERVICES_HOMECLEANING_CLEANING_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::homecleaning::cleaning {

// Adds the handlers of CleaningRequested and CleaningRequestCanceled.
void AddPolicies(events::Policies& on);

}  // namespace maru::homecleaning::cleaning

#endif  // MARU_SERVICES_HOMECLEANING_CLEANING_POLICIES_H_
