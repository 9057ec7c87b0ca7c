// The deployments of message, one per system: what they consist of.
#ifndef MARU_SERVICES_MESSAGE_WIRE_H_
#define MARU_SERVICES_MESSAGE_WIRE_H_

#include "mesh/context/context.h"

namespace maru::message {

// Hands over services and handlers: a mesh::Context::Wire. A system without policies is a mistake
// and ends the process.
void Wire(mesh::Context& context);

}  // namespace maru::message

#endif  // MARU_SERVICES_MESSAGE_WIRE_H_
