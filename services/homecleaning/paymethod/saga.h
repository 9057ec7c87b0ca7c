// The saga of RegisterPaymethod: no answer from payment, no pay method (domain.md, section 2).
#ifndef MARU_SERVICES_HOMECLEANING_PAYMETHOD_SAGA_H_
#define MARU_SERVICES_HOMECLEANING_PAYMETHOD_SAGA_H_

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "maru/homecleaning/paymethod/store/v1/paymethod.pb.h"
#include "maru/homecleaning/paymethod/v1/paymethod.pb.h"

namespace maru::homecleaning::paymethod {

// `payment` calls the context payment; it outlives the saga.
saga::Definition<store::v1::Paymethod, v1::Paymethod> RegisterPaymethod(rpc::Caller& payment);

}  // namespace maru::homecleaning::paymethod

#endif  // MARU_SERVICES_HOMECLEANING_PAYMETHOD_SAGA_H_
