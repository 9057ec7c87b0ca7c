#include "services/fashion/product/wire.h"

#include <memory>

#include "services/fashion/product/policies.h"
#include "services/fashion/product/service.h"

namespace maru::fashion::product {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<ProductService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::fashion::product
