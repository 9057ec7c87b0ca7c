// What schedule does when it hears an event: it counts.
#ifndef MARU_SERVICES_DATECOURSE_SCHEDULE_POLICIES_H_
#define MARU_SERVICES_DATECOURSE_SCHEDULE_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::datecourse::schedule {

// Adds the handlers of communication's and review's events. An event about a schedule that does not
// exist (any more) changes nothing.
void AddPolicies(events::Policies& on);

}  // namespace maru::datecourse::schedule

#endif  // MARU_SERVICES_DATECOURSE_SCHEDULE_POLICIES_H_
