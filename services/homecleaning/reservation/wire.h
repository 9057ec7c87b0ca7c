// The deployment homecleaning-reservation: what it consists of.
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_WIRE_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_WIRE_H_

#include "mesh/context/context.h"

namespace maru::homecleaning::reservation {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_WIRE_H_
