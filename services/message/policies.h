// What message does when it hears an event: it tells somebody, once.
#ifndef MARU_SERVICES_MESSAGE_POLICIES_H_
#define MARU_SERVICES_MESSAGE_POLICIES_H_

#include <string_view>

#include "common/events/handlers.h"

namespace maru::message {

// Adds the handlers of the events of `system` ("datecourse"). False: it knows no events of that
// system.
bool AddPolicies(std::string_view system, events::Policies& on);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_POLICIES_H_
