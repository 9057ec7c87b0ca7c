// The deployment books-delivery: what it consists of.
#ifndef MARU_SERVICES_BOOKS_DELIVERY_WIRE_H_
#define MARU_SERVICES_BOOKS_DELIVERY_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::delivery {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::delivery

#endif  // MARU_SERVICES_BOOKS_DELIVERY_WIRE_H_
