// The deployment books-library: what it consists of.
#ifndef MARU_SERVICES_BOOKS_LIBRARY_WIRE_H_
#define MARU_SERVICES_BOOKS_LIBRARY_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::library {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::library

#endif  // MARU_SERVICES_BOOKS_LIBRARY_WIRE_H_
