// The deployment datecourse-communication: what it consists of.
#ifndef MARU_SERVICES_DATECOURSE_COMMUNICATION_WIRE_H_
#define MARU_SERVICES_DATECOURSE_COMMUNICATION_WIRE_H_

#include "mesh/context/context.h"

namespace maru::datecourse::communication {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::datecourse::communication

#endif  // MARU_SERVICES_DATECOURSE_COMMUNICATION_WIRE_H_
