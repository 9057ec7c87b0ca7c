#include "services/fashion/order/policies.h"

#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "maru/fashion/store/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/fashion/order/domain.h"
#include "services/fashion/order/tables.h"

namespace maru::fashion::order {
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

absl::Status OnDeliveryCanceled(Txn& txn, const Event&,
                                const delivery::v1::DeliveryCanceled& event) {
  return Update(txn, event.order_id(),
                [&txn](const disk::Order& row) -> std::optional<disk::Order> {
                  const std::optional<Canceled> canceled = Cancel(row, txn.Now());
                  if (!canceled.has_value()) return std::nullopt;
                  txn.Emit(canceled->event);
                  return canceled->order;
                });
}

absl::Status OnDeliveryCancelRefused(Txn& txn, const Event&,
                                     const delivery::v1::DeliveryCancelRefused& event) {
  return Update(txn, event.order_id(),
                [&](const disk::Order& row) { return RefuseCancel(row, txn.Now()); });
}

absl::Status OnDeliveryCompleted(Txn& txn, const Event&,
                                 const delivery::v1::DeliveryCompleted& event) {
  return Update(txn, event.order_id(), [&](const disk::Order& row) -> std::optional<disk::Order> {
    const std::optional<disk::Order> taken = SetRider(row, event.rider_id(), txn.Now());
    if (taken.has_value()) {
      kOrdersByReader.Put(txn, rpc::PersonReader(event.rider_id()), row.id());
    }
    const std::optional<disk::Order> risen =
        Rise(taken.value_or(row), v1::Order::STATUS_COMPLETED, txn.Now());
    return risen.has_value() ? risen : taken;
  });
}

}  // namespace

void AddPolicies(events::Policies& on) {
  using Status = v1::Order;
  Follow<fashion::store::v1::StoreAccepted>(on, "store", Status::STATUS_ACCEPTED);
  Follow<delivery::v1::DeliveryStarted>(on, "delivery", Status::STATUS_DELIVERING);
  on.Event<delivery::v1::DeliveryCompleted>("delivery", OnDeliveryCompleted);
  on.Event<delivery::v1::DeliveryCanceled>("delivery", OnDeliveryCanceled);
  on.Event<delivery::v1::DeliveryCancelRefused>("delivery", OnDeliveryCancelRefused);
  Follow<payment::v1::PaymentCanceled>(on, "payment", Status::STATUS_REFUNDED);
}

}  // namespace maru::fashion::order
