// The rules of reservations (domain.md, section 2). Pure: no I/O, no clock, no ids of its own. How
// a PENDING row becomes PAID or REJECTED is the saga's (saga.h).
#ifndef MARU_SERVICES_HOMECLEANING_RESERVATION_DOMAIN_H_
#define MARU_SERVICES_HOMECLEANING_RESERVATION_DOMAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/homecleaning/reservation/store/v1/reservation.pb.h"
#include "maru/homecleaning/reservation/v1/events.pb.h"
#include "maru/homecleaning/reservation/v1/reservation.pb.h"
#include "maru/payment/v1/payment.pb.h"

namespace maru::homecleaning::reservation {

namespace disk = store::v1;

struct Canceled {
  disk::Reservation reservation;
  // Absent when nothing changed.
  std::optional<v1::CleaningRequestCanceled> event;
};

// What is reserved, without a status: not paid yet.
disk::Reservation Request(const v1::RequestCleaningRequest& request, std::string_view customer,
                          absl::Time now, std::string id);

// What is told once it is paid.
v1::CleaningRequested RequestedOf(const disk::Reservation& row);

// NOT_FOUND/NOT_FOUND: not `customer`'s.
absl::Status CheckOwner(const disk::Reservation& row, std::string_view customer);

// As CheckOwner, and for no row; FAILED_PRECONDITION/NOT_CANCELABLE: CLEANED, or REJECTED for
// another reason than a cancel. UNAVAILABLE/OUTCOME_PENDING: PENDING, which only the saga can
// cancel.
absl::StatusOr<Canceled> Cancel(const std::optional<disk::Reservation>& row, std::string_view id,
                                std::string_view customer, absl::Time now);

// --- What events do. nullopt: nothing changes. ---

// CleaningConfirmed: PAID → CLEANED. A cancel that was committed before stands.
std::optional<disk::Reservation> Clean(const disk::Reservation& row, absl::Time now);
// PaymentCanceled: CANCELED → REFUNDED.
std::optional<disk::Reservation> Refund(const disk::Reservation& row, absl::Time now);
// PaymentApproved, PaymentKindChanged: how it is paid, unless something later was heard. In any
// status: the kind may have been changed before this row was PAID.
std::optional<disk::Reservation> TakeKind(const disk::Reservation& row, payment::v1::PayKind kind,
                                          uint64_t sequence, absl::Time now);

// --- Reads ---

// Whether lists show it without being asked for its status.
bool IsActive(const disk::Reservation& row);
// A reservation is its customer's and admin's.
bool MayRead(const disk::Reservation& row, const rpc::Identity& reader);
// The reservation as somebody who may read it sees it.
v1::CleaningReservation ToApi(const disk::Reservation& row);

}  // namespace maru::homecleaning::reservation

#endif  // MARU_SERVICES_HOMECLEANING_RESERVATION_DOMAIN_H_
