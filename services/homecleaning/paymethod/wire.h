// The deployment homecleaning-paymethod: what it consists of.
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_WIRE_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_WIRE_H_

#include "mesh/context/context.h"

namespace maru::homecleaning::paymethod {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_WIRE_H_
