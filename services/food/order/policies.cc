#include "services/food/order/policies.h"

#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "maru/food/delivery/v1/events.pb.h"
#include "maru/food/order/v1/events.maru.h"
#include "maru/food/store/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/food/order/domain.h"
#include "services/food/order/tables.h"

namespace maru::food::order {
namespace {

using event::v1::Event;
using maru::store::Txn;

// Applies `rule(const Order&) -> optional<Order>` to the row. Payment may know an order whose row
// was never written.
template <class Rule>
absl::Status Update(Txn& txn, const std::string& id, Rule rule) {
  ASSIGN_OR_RETURN(const auto row, kOrders.Get(txn, id));
  if (!row.has_value()) return absl::OkStatus();
  const std::optional<disk::Order> changed = rule(*row);
  if (changed.has_value()) kOrders.Put(txn, id, *changed);
  return absl::OkStatus();
}

template <class E>
const std::string& OrderOf(const E& event) {
  if constexpr (requires { event.order_id(); }) {
    return event.order_id();
  } else {
    return event.reference_id();
  }
}

// An event that says where the order is.
template <class E>
void Follow(events::Policies& on, std::string_view context, v1::Order::Status status) {
  on.Event<E>(context, [status](Txn& txn, const Event&, const E& event) {
    return Update(txn, OrderOf(event),
                  [&](const disk::Order& row) { return Rise(row, status, txn.Now()); });
  });
}

absl::Status OnStoreCanceled(Txn& txn, const Event&, const food::store::v1::StoreCanceled& event) {
  return Update(txn, event.order_id(),
                [&txn](const disk::Order& row) -> std::optional<disk::Order> {
                  const std::optional<Canceled> canceled = Cancel(row, txn.Now());
                  if (!canceled.has_value()) return std::nullopt;
                  txn.Emit(canceled->event);
                  return canceled->order;
                });
}

absl::Status OnStoreCancelRefused(Txn& txn, const Event&,
                                  const food::store::v1::StoreCancelRefused& event) {
  return Update(txn, event.order_id(),
                [&](const disk::Order& row) { return RefuseCancel(row, txn.Now()); });
}

absl::Status OnDeliveryPickedUp(Txn& txn, const Event&,
                                const delivery::v1::DeliveryPickedUp& event) {
  return Update(txn, event.order_id(), [&](const disk::Order& row) -> std::optional<disk::Order> {
    const std::optional<disk::Order> taken = SetRider(row, event.rider_id(), txn.Now());
    if (taken.has_value()) {
      kOrdersByReader.Put(txn, rpc::PersonReader(event.rider_id()), row.id());
    }
    const std::optional<disk::Order> risen =
        Rise(taken.value_or(row), v1::Order::STATUS_PICKED_UP, txn.Now());
    return risen.has_value() ? risen : taken;
  });
}

}  // namespace

void AddPolicies(events::Policies& on) {
  using Status = v1::Order;
  Follow<food::store::v1::StoreAccepted>(on, "store", Status::STATUS_ACCEPTED);
  Follow<food::store::v1::CookStarted>(on, "store", Status::STATUS_COOKING);
  Follow<food::store::v1::CookFinished>(on, "store", Status::STATUS_COOKED);
  Follow<food::store::v1::StoreRejected>(on, "store", Status::STATUS_STORE_REJECTED);
  on.Event<food::store::v1::StoreCanceled>("store", OnStoreCanceled);
  on.Event<food::store::v1::StoreCancelRefused>("store", OnStoreCancelRefused);
  Follow<delivery::v1::DeliveryStarted>(on, "delivery", Status::STATUS_DELIVERING);
  on.Event<delivery::v1::DeliveryPickedUp>("delivery", OnDeliveryPickedUp);
  Follow<delivery::v1::DeliveryCompleted>(on, "delivery", Status::STATUS_DELIVERED);
  Follow<payment::v1::PaymentCanceled>(on, "payment", Status::STATUS_REFUNDED);
}

}  // namespace maru::food::order
