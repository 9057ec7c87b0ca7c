// The deployment books-mypage: what it consists of.
#ifndef MARU_SERVICES_BOOKS_MYPAGE_WIRE_H_
#define MARU_SERVICES_BOOKS_MYPAGE_WIRE_H_

#include "mesh/context/context.h"

namespace maru::books::mypage {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::books::mypage

#endif  // MARU_SERVICES_BOOKS_MYPAGE_WIRE_H_
