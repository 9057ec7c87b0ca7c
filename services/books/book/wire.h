// The deployment books-book: what it consists of.
#ifndef MARU_SERVICES_BOOKS_BOOK_WIRE_H_
#define MARU_SERVICES_BOOKS_BOOK_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::book {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::book

#endif  // MARU_SERVICES_BOOKS_BOOK_WIRE_H_
