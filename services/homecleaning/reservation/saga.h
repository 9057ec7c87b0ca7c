// The saga of RequestCleaning: no payment, no reservation (domain.md, section 2).
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_SAGA_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_SAGA_H_

#include "common/rpc/service.h"
#include "common/saga/definition.h"
#include "maru/homecleaning/reservation/store/v1/reservation.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"

namespace maru::homecleaning::reservation {

// `payment` calls the context payment; it outlives the saga.
saga::Definition<store::v1::Reservation, v1::CleaningReservation> RequestCleaning(
    rpc::Caller& payment);

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_SAGA_H_
