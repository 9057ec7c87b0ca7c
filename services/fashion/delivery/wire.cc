#include "services/fashion/delivery/wire.h"

#include <memory>

#include "services/fashion/delivery/policies.h"
#include "services/fashion/delivery/service.h"

namespace maru::fashion::delivery {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<DeliveryService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::fashion::delivery
