// The deployment fashion-orderview: what it consists of.
#ifndef MARU_SERVICES_FASHION_ORDERVIEW_WIRE_H_
#define MARU_SERVICES_FASHION_ORDERVIEW_WIRE_H_

#include "mesh/context/context.h"

namespace maru::fashion::orderview {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::fashion::orderview

#endif  // MARU_SERVICES_FASHION_ORDERVIEW_WIRE_H_
