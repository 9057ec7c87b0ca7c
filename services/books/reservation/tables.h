// What books-reservation keeps, as README.md lists it. Numbers are never reused.
#ifndef MARU_SERVICES_BOOKS_RESERVATION_TABLES_H_
#define MARU_SERVICES_BOOKS_RESERVATION_TABLES_H_

#include <string>

#include "common/store/table.h"
#include "maru/books/reservation/store/v1/reservation.pb.h"

namespace maru::books::reservation {

// By id.
inline constexpr maru::store::Table<store::v1::Reservation, std::string> kReservations(
    32, "reservations");
// customer_id, id
inline constexpr maru::store::Index<std::string, std::string> kReservationsByCustomer(
    33, "reservations by customer");

}  // namespace maru::books::reservation

#endif  // MARU_SERVICES_BOOKS_RESERVATION_TABLES_H_
