// The deployment fashion-delivery: what it consists of.
#ifndef MARU_SERVICES_FASHION_DELIVERY_WIRE_H_
#define MARU_SERVICES_FASHION_DELIVERY_WIRE_H_

#include "mesh/context/context.h"

namespace maru::fashion::delivery {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::fashion::delivery

#endif  // MARU_SERVICES_FASHION_DELIVERY_WIRE_H_
