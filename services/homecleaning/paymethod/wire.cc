#include "services/homecleaning/paymethod/wire.h"

#include <memory>

#include "services/homecleaning/paymethod/policies.h"
#include "services/homecleaning/paymethod/saga.h"
#include "services/homecleaning/paymethod/service.h"

namespace maru::homecleaning::paymethod {

void Wire(mesh::Context& context) {
  RegisterPaymethodSaga& saga = context.sagas().Add(RegisterPaymethod(context.Peer("payment")));
  context.Serve(std::make_unique<PaymethodService>(context.store(), saga));
  AddPolicies(context.policies());
}

}  // namespace maru::homecleaning::paymethod
