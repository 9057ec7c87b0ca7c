#include "services/datecourse/schedule/wire.h"

#include <memory>

#include "services/datecourse/schedule/policies.h"
#include "services/datecourse/schedule/service.h"

namespace maru::datecourse::schedule {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<ScheduleService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::datecourse::schedule
