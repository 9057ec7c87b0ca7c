// The deployment datecourse-schedule: what it consists of.
#ifndef MARU_SERVICES_DATECOURSE_SCHEDULE_WIRE_H_
#define MARU_SERVICES_DATECOURSE_SCHEDULE_WIRE_H_

#include "mesh/context/context.h"

namespace maru::datecourse::schedule {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::datecourse::schedule

#endif  // MARU_SERVICES_DATECOURSE_SCHEDULE_WIRE_H_
