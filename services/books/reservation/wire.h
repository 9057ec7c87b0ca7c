// The deployment books-reservation: what it consists of.
#ifndef MARU_SERVICES_BOOKS_RESERVATION_WIRE_H_
#define MARU_SERVICES_BOOKS_RESERVATION_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::reservation {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::reservation

#endif  // MARU_SERVICES_BOOKS_RESERVATION_WIRE_H_
