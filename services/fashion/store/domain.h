// The rules of what stores are to send (domain.md, section 5). Pure: no I/O, no clock, no ids of
// its own.
#ifndef MARU_SERVICES_FASHION_STORE_DOMAIN_H_
#define MARU_SERVICES_FASHION_STORE_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/order/v1/events.pb.h"
#include "maru/fashion/store/store/v1/store.pb.h"
#include "maru/fashion/store/v1/events.pb.h"
#include "maru/fashion/store/v1/store.pb.h"

namespace maru::fashion::store {

namespace disk = store::v1;

using Told = std::variant<std::monostate, v1::StoreAccepted, v1::StoreCanceled>;

// A store order after something happened to it, and what is told of it; std::monostate: nothing.
struct Decided {
  disk::StoreOrder store_order;
  Told event;
};

// What a store is to send for an order that was placed; accepted at once by a store that does so.
Decided Place(const order::v1::OrderPlaced& placed, bool auto_accept, absl::Time now,
              std::string id);

// --- What owners do ---
// Repeated in the status that it leads to: the same row, no event. NOT_FOUND/NOT_FOUND: no row, or
// of a store that is not the owner's. FAILED_PRECONDITION/WRONG_STATUS: in any other status.

// FAILED_PRECONDITION/CANCEL_PENDING: its customer wants to cancel it.
absl::StatusOr<Decided> Accept(const std::optional<disk::StoreOrder>& row, std::string_view id,
                               const rpc::Identity& owner, absl::Time now);
absl::StatusOr<Decided> ConfirmCancel(const std::optional<disk::StoreOrder>& row,
                                      std::string_view id, const rpc::Identity& owner,
                                      absl::Time now);

// How a store is to work. NOT_FOUND/NOT_FOUND: it is not the owner's.
// INVALID_ARGUMENT/INVALID_FIELD: the mask is not exactly auto_accept.
absl::StatusOr<disk::Store> SetAutoAccept(const v1::SetAutoAcceptRequest& request,
                                          const rpc::Identity& owner);

// --- What happens by itself. nullopt: nothing changes. ---

// OrderCancelRequested: CANCEL_PENDING, and CANCELED at once by a store that does so.
std::optional<Decided> RequestCancel(const disk::StoreOrder& row, bool auto_accept, absl::Time now);
// The cancel of an order that never becomes a store order.
v1::StoreCanceled CancelUnknown(const order::v1::OrderCancelRequested& requested);
// DeliveryCancelRefused: CANCELED → ACCEPTED, since the customer has it.
std::optional<Decided> RefuseCancel(const disk::StoreOrder& row, absl::Time now);

// --- Reads ---

// Whether a store accepts and confirms by itself; every store does until its owner says otherwise.
bool AutoAccepts(const std::optional<disk::Store>& row);
// Whether lists show it without being asked for its status or order.
bool IsActive(const disk::StoreOrder& row);
// The store order as somebody who may read it sees it.
v1::StoreOrder ToApi(const disk::StoreOrder& row);
// How a store works.
v1::Store ToApi(std::string_view store_id, const std::optional<disk::Store>& row);

}  // namespace maru::fashion::store

#endif  // MARU_SERVICES_FASHION_STORE_DOMAIN_H_
