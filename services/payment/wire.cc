#include "services/payment/wire.h"

#include <memory>

#include "common/base/status.h"
#include "services/payment/policies.h"
#include "services/payment/provider.h"
#include "services/payment/service.h"

namespace maru::payment {

void Wire(mesh::Context& context) {
  Provider& provider = context.Keep(std::make_unique<BuiltInProvider>(
      context.config().provider(), context.process().executor(), context.process().random()));
  context.Serve(std::make_unique<PaymentService>(context.store(), provider));
  // Without policies it would give nothing back, unnoticed.
  MARU_CHECK(AddPolicies(context.config().system(), provider, context.policies()));
}

}  // namespace maru::payment
