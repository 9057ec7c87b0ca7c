// The deployment fashion-order: what it consists of.
#ifndef MARU_SERVICES_FASHION_ORDER_WIRE_H_
#define MARU_SERVICES_FASHION_ORDER_WIRE_H_

#include "mesh/context/context.h"

namespace maru::fashion::order {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_WIRE_H_
