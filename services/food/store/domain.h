// The rules of tickets (domain.md, section 4): the ticket decides every race about an order. Pure:
// no I/O, no clock, no ids of its own.
#ifndef MARU_SERVICES_FOOD_STORE_DOMAIN_H_
#define MARU_SERVICES_FOOD_STORE_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/food/order/v1/events.pb.h"
#include "maru/food/store/store/v1/store.pb.h"
#include "maru/food/store/v1/events.pb.h"
#include "maru/food/store/v1/store.pb.h"

namespace maru::food::store {

namespace disk = store::v1;

using Told = std::variant<std::monostate, v1::StoreAccepted, v1::StoreRejected, v1::CookStarted,
                          v1::CookFinished, v1::StoreCanceled, v1::StoreCancelRefused>;

// A ticket after something happened to it, and what is told of it; std::monostate: nothing.
struct Decided {
  disk::Ticket ticket;
  Told event;
};

// The ticket of an order that was placed.
disk::Ticket Place(const order::v1::OrderPlaced& placed, absl::Time now, std::string id);

// --- What owners do ---
// Repeated in the status that it leads to: the same row, no event. NOT_FOUND/NOT_FOUND: no row, or
// of a store that is not the owner's. FAILED_PRECONDITION/WRONG_STATUS: in any other status.

absl::StatusOr<Decided> Accept(const std::optional<disk::Ticket>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now);
absl::StatusOr<Decided> Reject(const std::optional<disk::Ticket>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now);
absl::StatusOr<Decided> StartCooking(const std::optional<disk::Ticket>& row, std::string_view id,
                                     const rpc::Identity& owner, absl::Time now);
absl::StatusOr<Decided> FinishCooking(const std::optional<disk::Ticket>& row, std::string_view id,
                                      const rpc::Identity& owner, absl::Time now);

// --- What happens by itself ---

// The customer wants to cancel. PLACED, ACCEPTED, COOKING: CANCELED. COOKED, REJECTED: refused.
// CANCELED: nothing.
Decided Cancel(const disk::Ticket& row, absl::Time now);
// The cancel of an order that never becomes a ticket.
v1::StoreCanceled CancelUnknown(const order::v1::OrderCancelRequested& requested);
// Its time to be accepted is over. PLACED: REJECTED. Any other: nothing.
Decided TimeOut(const disk::Ticket& row, absl::Time now);

// --- Reads ---

// Whether lists show it without being asked for its status or order.
bool IsActive(const disk::Ticket& row);
// The ticket as somebody who may read it sees it.
v1::StoreOrder ToApi(const disk::Ticket& row);

}  // namespace maru::food::store

#endif  // MARU_SERVICES_FOOD_STORE_DOMAIN_H_
