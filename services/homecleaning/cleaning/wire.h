// The deployment homecleaning-cleaning: what it consists of.
#ifndef MARU_SERVICES_HOMECLEANING_CLEANING_WIRE_H_
#define MARU_SERVICES_HOMECLEANING_CLEANING_WIRE_H_

#include "mesh/context/context.h"

namespace maru::homecleaning::cleaning {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::homecleaning::cleaning

#endif  // MARU_SERVICES_HOMECLEANING_CLEANING_WIRE_H_
