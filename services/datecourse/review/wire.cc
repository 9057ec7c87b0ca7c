#include "services/datecourse/review/wire.h"

#include <memory>

#include "services/datecourse/review/policies.h"
#include "services/datecourse/review/service.h"

namespace maru::datecourse::review {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<ReviewService>(context.store(), context.Peer("schedule")));
  AddPolicies(context.policies());
}

}  // namespace maru::datecourse::review
