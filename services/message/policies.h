// What message does when it hears an event: it tells somebody, once.
#ifndef MARU_SERVICES_MESSAGE_POLICIES_H_
#define MARU_SERVICES_MESSAGE_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::message {

// Adds the handlers of datecourse's events.
void AddDatecoursePolicies(events::Policies& on);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_POLICIES_H_
