#include "services/homecleaning/cleaning/wire.h"

#include <memory>

#include "services/homecleaning/cleaning/policies.h"
#include "services/homecleaning/cleaning/service.h"

namespace maru::homecleaning::cleaning {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<CleaningService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::homecleaning::cleaning
