// The deployment food-dashboard: what it consists of.
#ifndef MARU_SERVICES_FOOD_DASHBOARD_WIRE_H_
#define MARU_SERVICES_FOOD_DASHBOARD_WIRE_H_

#include "mesh/context/context.h"

namespace maru::food::dashboard {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::food::dashboard

#endif  // MARU_SERVICES_FOOD_DASHBOARD_WIRE_H_
