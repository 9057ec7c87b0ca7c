// The deployment homecleaning-dashboard: what it consists of.
#ifndef MARU_SERVICES_HOMECLEANING_DASHBOARD_WIRE_H_
#define MARU_SERVICES_HOMECLEANING_DASHBOARD_WIRE_H_

#include "mesh/context/context.h"

namespace maru::homecleaning::dashboard {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::homecleaning::dashboard

#endif  // MARU_SERVICES_HOMECLEANING_DASHBOARD_WIRE_H_
