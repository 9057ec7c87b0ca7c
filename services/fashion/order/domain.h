// The rules of orders (domain.md, section 5). Pure: no I/O, no clock, no ids of its own. How a
// PENDING row becomes PAID or REJECTED is the saga's (saga.h).
#ifndef MARU_SERVICES_FASHION_ORDER_DOMAIN_H_
#define MARU_SERVICES_FASHION_ORDER_DOMAIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "maru/fashion/order/store/v1/order.pb.h"
#include "maru/fashion/order/v1/events.pb.h"
#include "maru/fashion/order/v1/order.pb.h"
#include "maru/fashion/product/v1/product.pb.h"

namespace maru::fashion::order {

namespace disk = store::v1;

struct CancelAsked {
  disk::Order order;
  // Absent when nothing changed.
  std::optional<v1::OrderCancelRequested> event;
};

struct Canceled {
  disk::Order order;
  v1::OrderCanceled event;
};

// What is ordered, without a status: neither reserved nor paid yet.
disk::Order Place(const v1::PlaceOrderRequest& request, std::string_view customer, absl::Time now,
                  std::string id);
// What product says when it has reserved the pieces. The price is what they cost together.
void TakeProduct(const product::v1::ReserveResponse& reserved, disk::Order& row);

// What is told once it is paid.
v1::OrderPlaced PlacedOf(const disk::Order& row);

// NOT_FOUND/NOT_FOUND: not `customer`'s.
absl::Status CheckOwner(const disk::Order& row, std::string_view customer);

// As CheckOwner, and for no row; FAILED_PRECONDITION/NOT_CANCELABLE: completed, or rejected
// for another reason than a cancel. UNAVAILABLE/OUTCOME_PENDING: PENDING, which only the saga can
// cancel.
absl::StatusOr<CancelAsked> AskToCancel(const std::optional<disk::Order>& row, std::string_view id,
                                        std::string_view customer, absl::Time now);

// --- What events do. nullopt: nothing changes. PENDING and REJECTED rows ignore them all. ---

// An event that says that the order is at `to`: the status rises to it, or stays. Events of
// different topics come in any order.
std::optional<disk::Order> Rise(const disk::Order& row, v1::Order::Status to, absl::Time now);
// DeliveryCanceled: CANCELED unless REFUNDED already; told once in any case.
std::optional<Canceled> Cancel(const disk::Order& row, absl::Time now);
// DeliveryCancelRefused: the request is over.
std::optional<disk::Order> RefuseCancel(const disk::Order& row, absl::Time now);
// Who delivered, beside the status.
std::optional<disk::Order> SetRider(const disk::Order& row, const std::string& rider_id,
                                    absl::Time now);

// --- Reads ---

// Whether lists show it without being asked for its status.
bool IsActive(const disk::Order& row);
// The order as somebody who may read it sees it.
v1::Order ToApi(const disk::Order& row);

}  // namespace maru::fashion::order

#endif  // MARU_SERVICES_FASHION_ORDER_DOMAIN_H_
