// What homecleaning-reservation keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_TABLES_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/homecleaning/reservation/store/v1/reservation.pb.h"

namespace maru::homecleaning::reservation {

// By id.
inline constexpr maru::store::Table<store::v1::Reservation, std::string> kReservations(
    32, "reservations");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kReservationsByCustomer(
    33, "reservations by customer");

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_TABLES_H_
