// The deployment datecourse-viewpage: what it consists of.
#ifndef MARU_SERVICES_DATECOURSE_VIEWPAGE_WIRE_H_
#define MARU_SERVICES_DATECOURSE_VIEWPAGE_WIRE_H_

#include "mesh/context/context.h"

namespace maru::datecourse::viewpage {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::datecourse::viewpage

#endif  // MARU_SERVICES_DATECOURSE_VIEWPAGE_WIRE_H_
