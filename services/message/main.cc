#include <memory>
#include <string>

#include "common/base/status.h"
#include "mesh/context/run_context.h"
#include "services/message/policies.h"
#include "services/message/service.h"

// One implementation for several systems: the configuration says which (--system).
int main(int argc, char** argv) {
  namespace message = maru::message;
  return maru::mesh::RunContext(
      argc, argv, {"", "message", "messages to people"}, [](maru::mesh::Context& context) {
        context.Serve(std::make_unique<message::MessageService>(context.store()));
        // Without policies it would tell nobody anything, unnoticed.
        const std::string& system = context.config().system();
        MARU_CHECK(message::AddPolicies(system, context.policies()));
      });
}
