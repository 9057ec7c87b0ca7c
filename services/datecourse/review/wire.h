// The deployment datecourse-review: what it consists of.
#ifndef MARU_SERVICES_DATECOURSE_REVIEW_WIRE_H_
#define MARU_SERVICES_DATECOURSE_REVIEW_WIRE_H_

#include "mesh/context/context.h"

namespace maru::datecourse::review {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::datecourse::review

#endif  // MARU_SERVICES_DATECOURSE_REVIEW_WIRE_H_
