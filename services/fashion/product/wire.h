// The deployment fashion-product: what it consists of.
#ifndef MARU_SERVICES_FASHION_PRODUCT_WIRE_H_
#define MARU_SERVICES_FASHION_PRODUCT_WIRE_H_

#include "mesh/context/context.h"

namespace maru::fashion::product {

// Hands over services and handlers: a mesh::Context::Wire.
void Wire(mesh::Context& context);

}  // namespace maru::fashion::product

#endif  // MARU_SERVICES_FASHION_PRODUCT_WIRE_H_
