#include "services/books/delivery/wire.h"

#include <memory>

#include "services/books/delivery/policies.h"
#include "services/books/delivery/service.h"

namespace maru::books::delivery {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<DeliveryService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::books::delivery
