// What communication does when it hears an event: it remembers which schedules were deleted.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_POLICIES_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_POLICIES_H_

#include "common/events/handlers.h"

namespace maru::datecourse::communication {

// Adds the handler of ScheduleDeleted.
void AddPolicies(events::Policies& on);

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_POLICIES_H_
