// The deployment food-delivery: what it consists of.
#ifndef MARU_SERVICES_FOOD_DELIVERY_WIRE_H_
#define MARU_SERVICES_FOOD_DELIVERY_WIRE_H_

#include "mesh/context/context.h"

namespace maru::food::delivery {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::food::delivery

#endif  // MARU_SERVICES_FOOD_DELIVERY_WIRE_H_
