#include "services/homecleaning/reservation/wire.h"

#include <memory>

#include "services/homecleaning/reservation/policies.h"
#include "services/homecleaning/reservation/saga.h"
#include "services/homecleaning/reservation/service.h"

namespace maru::homecleaning::reservation {

void Wire(mesh::Context& context) {
  RequestCleaningSaga& saga = context.sagas().Add(RequestCleaning(context.Peer("payment")));
  context.Serve(std::make_unique<ReservationService>(context.store(), saga));
  AddPolicies(context.policies());
}

}  // namespace maru::homecleaning::reservation
