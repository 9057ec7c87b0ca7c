// What payment does when it hears an event: it gives back, or changes how is paid; each is one
// write.
#ifndef MARU_SERVICES_PAYMENT_POLICIES_H_
#define MARU_SERVICES_PAYMENT_POLICIES_H_

#include <string_view>

#include "common/events/handlers.h"
#include "services/payment/provider.h"

namespace maru::payment {

// Adds the handlers of the events of `system` ("homecleaning"). False: it knows no events of that
// system. `provider` outlives them.
bool AddPolicies(std::string_view system, Provider& provider, events::Policies& on);

}  // namespace maru::payment

#endif  // MARU_SERVICES_PAYMENT_POLICIES_H_
