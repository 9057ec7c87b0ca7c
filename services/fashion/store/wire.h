// The deployment fashion-store: what it consists of.
#ifndef MARU_SERVICES_FASHION_STORE_WIRE_H_
#define MARU_SERVICES_FASHION_STORE_WIRE_H_

#include "mesh/context/context.h"

namespace maru::fashion::store {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_WIRE_H_
