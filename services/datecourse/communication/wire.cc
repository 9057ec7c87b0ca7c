#include "services/datecourse/communication/wire.h"

#include <memory>

#include "services/datecourse/communication/policies.h"
#include "services/datecourse/communication/service.h"

namespace maru::datecourse::communication {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<CommunicationService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::datecourse::communication
