#include "services/food/store/wire.h"

#include <memory>

#include "mesh/context/context_config.h"
#include "services/food/store/policies.h"
#include "services/food/store/service.h"
#include "services/food/store/tickets.h"

namespace maru::food::store {

void Wire(mesh::Context& context) {
  const Tickets& tickets = context.Keep(std::make_unique<Tickets>(
      context.timers(), mesh::FromProto(context.config().ticket().accept_limit())));
  context.Serve(std::make_unique<StoreService>(context.store(), tickets));
  AddPolicies(tickets, context.policies());
}

}  // namespace maru::food::store
