// The deployment food-order: what it consists of.
#ifndef MARU_SERVICES_FOOD_ORDER_WIRE_H_
#define MARU_SERVICES_FOOD_ORDER_WIRE_H_

#include "mesh/context/context.h"

namespace maru::food::order {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::food::order

#endif  // MARU_SERVICES_FOOD_ORDER_WIRE_H_
