#include "services/books/reservation/wire.h"

#include <memory>

#include "services/books/reservation/policies.h"
#include "services/books/reservation/service.h"

namespace maru::books::reservation {

void Wire(mesh::Context& context) {
  context.Serve(std::make_unique<ReservationService>(context.store()));
  AddPolicies(context.policies());
}

}  // namespace maru::books::reservation
