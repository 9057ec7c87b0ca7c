#include "services/message/wire.h"

#include <memory>
#include <string>

#include "common/base/status.h"
#include "services/message/policies.h"
#include "services/message/service.h"

namespace maru::message {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<MessageService>(context.store()));
  // Without policies it would tell nobody anything, unnoticed.
  const std::string& system = context.config().system();
  MARU_CHECK(AddPolicies(system, context.policies()));
}

}  // namespace maru::message
