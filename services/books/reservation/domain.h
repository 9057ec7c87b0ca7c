// The rules of reservations (domain.md, section 3). Pure: no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_BOOKS_RESERVATION_DOMAIN_H_
#define MARU_SERVICES_BOOKS_RESERVATION_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/books/reservation/store/v1/reservation.pb.h"
#include "maru/books/reservation/v1/events.pb.h"
#include "maru/books/reservation/v1/reservation.pb.h"

namespace maru::books::reservation {

namespace disk = store::v1;

// What `customer` reserves.
disk::Reservation Reserve(std::string_view book_id, std::string_view customer, absl::Time now,
                          std::string id);
v1::Reserved ReservedOf(const disk::Reservation& row);

struct Canceled {
  disk::Reservation reservation;
  // Absent when it was canceled before.
  std::optional<v1::ReservationCanceled> event;
};

// RESERVED, DELIVERED → CANCELED. NOT_FOUND/NOT_FOUND: no row, or not `customer`'s.
absl::StatusOr<Canceled> Cancel(const std::optional<disk::Reservation>& row, std::string_view id,
                                std::string_view customer, absl::Time now);

// --- What events do. nullopt: nothing changes. ---

// BookDelivered: RESERVED → DELIVERED. A cancel that was committed before stands.
std::optional<disk::Reservation> Deliver(const disk::Reservation& row, absl::Time now);
// OutOfStock: RESERVED → CANCELED(OUT_OF_STOCK).
std::optional<disk::Reservation> RunOut(const disk::Reservation& row, absl::Time now);

// --- Reads ---

// Librarians and admin see all reservations, customers their own.
bool SeesAll(const rpc::Identity& reader);
bool MayRead(const disk::Reservation& row, const rpc::Identity& reader);
// The reservation as somebody who may read it sees it.
v1::Reservation ToApi(const disk::Reservation& row);

}  // namespace maru::books::reservation

#endif  // MARU_SERVICES_BOOKS_RESERVATION_DOMAIN_H_
