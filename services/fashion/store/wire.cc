#include "services/fashion/store/wire.h"

#include <memory>

#include "services/fashion/store/policies.h"
#include "services/fashion/store/service.h"

namespace maru::fashion::store {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<StoreService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::fashion::store
