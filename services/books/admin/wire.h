// The deployment books-admin: what it consists of.
#ifndef MARU_SERVICES_BOOKS_ADMIN_WIRE_H_
#define MARU_SERVICES_BOOKS_ADMIN_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::admin {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::admin

#endif  // MARU_SERVICES_BOOKS_ADMIN_WIRE_H_
