// The deployments <system>-payment: what they consist of.
#ifndef MARU_SERVICES_PAYMENT_WIRE_H_
#define MARU_SERVICES_PAYMENT_WIRE_H_

#include "mesh/context/context.h"

namespace maru::payment {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_WIRE_H_
