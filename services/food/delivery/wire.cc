#include "services/food/delivery/wire.h"

#include <memory>

#include "services/food/delivery/policies.h"
#include "services/food/delivery/service.h"

namespace maru::food::delivery {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<DeliveryService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::food::delivery
