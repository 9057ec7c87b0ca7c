// What the events of an order make of every context's rows: the naive model.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/workload/fashion/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/model.h"
#include "tests/workload/problems.h"

namespace maru::workload::fashion {

using delivery::Delivery;
using google::protobuf::Timestamp;
using order::Order;
using orderview::OrderStatus;
using payment::Payment;
using store::StoreOrder;

namespace {

constexpr char kOrderTopic[] = "fashion.order";
constexpr char kPaymentTopic[] = "fashion.payment";
constexpr char kStoreTopic[] = "fashion.store";
constexpr char kDeliveryTopic[] = "fashion.delivery";

constexpr Edge<StoreOrder::Status> kStoreEdges[] = {
    {StoreOrder::STATUS_PLACED, Is<store::StoreAccepted>, StoreOrder::STATUS_ACCEPTED},
    {StoreOrder::STATUS_PLACED, Is<store::StoreCanceled>, StoreOrder::STATUS_CANCELED},
    {StoreOrder::STATUS_ACCEPTED, Is<store::StoreCanceled>, StoreOrder::STATUS_CANCELED},
};

// Canceled before it began: then there is no row.
constexpr Edge<Delivery::Status> kDeliveryEdges[] = {
    {Delivery::STATUS_UNSPECIFIED, Is<delivery::DeliveryStarted>, Delivery::STATUS_STARTED},
    {Delivery::STATUS_UNSPECIFIED, Is<delivery::DeliveryCanceled>, Delivery::STATUS_CANCELED},
    {Delivery::STATUS_STARTED, Is<delivery::DeliveryCompleted>, Delivery::STATUS_COMPLETED},
    {Delivery::STATUS_STARTED, Is<delivery::DeliveryCanceled>, Delivery::STATUS_CANCELED},
    {Delivery::STATUS_COMPLETED, Is<delivery::DeliveryCancelRefused>, Delivery::STATUS_COMPLETED},
};

constexpr Edge<Payment::Status> kPaymentEdges[] = {
    {Payment::STATUS_UNSPECIFIED, Is<payment::PaymentApproved>, Payment::STATUS_APPROVED},
    {Payment::STATUS_APPROVED, Is<payment::PaymentCanceled>, Payment::STATUS_CANCELED},
};

// What one order has become.
struct Model {
  bool placed = false;
  bool cancel_requested = false;
  bool accepted = false;
  bool refused = false;
  StoreOrder::Status store_order = StoreOrder::STATUS_PLACED;
  Delivery::Status delivery = Delivery::STATUS_UNSPECIFIED;
  std::string rider;
  Payment::Status payment = Payment::STATUS_UNSPECIFIED;
  OrderStatus view;
};

OrderStatus ViewOf(const History& history, const std::string& id) {
  using V = OrderStatus;
  V view;
  view.set_order_id(id);
  const auto raise = [&]<typename Event>(const char* topic, V::Status status,
                                         Timestamp* (V::*time)(), Event) {
    for (const event::v1::Event* event : history.Of(id, topic)) {
      if (!Is<Event>(*event)) continue;
      view.set_order_status(std::max(view.order_status(), status));
      *(view.*time)() = event->time();
    }
  };
  raise(kOrderTopic, V::STATUS_PAID, &V::mutable_order_time, order::OrderPlaced());
  raise(kStoreTopic, V::STATUS_ACCEPTED, &V::mutable_accept_time, store::StoreAccepted());
  raise(kDeliveryTopic, V::STATUS_DELIVERING, &V::mutable_start_time, delivery::DeliveryStarted());
  raise(kDeliveryTopic, V::STATUS_COMPLETED, &V::mutable_complete_time,
        delivery::DeliveryCompleted());
  raise(kOrderTopic, V::STATUS_CANCELED, &V::mutable_cancel_time, order::OrderCanceled());
  raise(kPaymentTopic, V::STATUS_REFUNDED, &V::mutable_refund_time, payment::PaymentCanceled());
  for (const auto& placed : history.All<order::OrderPlaced>(id)) {
    view.set_product_id(placed.product_id());
    view.set_product_name(placed.product_name());
    view.set_quantity(placed.quantity());
  }
  for (const auto& started : history.All<delivery::DeliveryStarted>(id)) {
    view.set_delivery_id(started.delivery_id());
  }
  return view;
}

Model ModelOf(const History& history, const std::string& id, Problems& problems) {
  Model model;
  model.placed = history.Has<order::OrderPlaced>(id);
  model.cancel_requested = history.Has<order::OrderCancelRequested>(id);
  model.accepted = history.Has<store::StoreAccepted>(id);
  model.refused = history.Has<delivery::DeliveryCancelRefused>(id);
  model.store_order = Walk(model.store_order, kStoreEdges, history.Of(id, kStoreTopic), problems);
  model.delivery = Walk(model.delivery, kDeliveryEdges, history.Of(id, kDeliveryTopic), problems);
  for (const auto& event : history.All<delivery::DeliveryCompleted>(id)) {
    model.rider = event.rider_id();
  }
  model.payment = Walk(model.payment, kPaymentEdges, history.Of(id, kPaymentTopic), problems);
  model.view = ViewOf(history, id);
  model.view.set_delivery_status(static_cast<OrderStatus::DeliveryStatus>(model.delivery));
  return model;
}

// The store agrees to a cancel, or waits for its owner; the delivery may know better.
StoreOrder::Status StoreOrderOf(const Model& model) {
  if (model.store_order == StoreOrder::STATUS_CANCELED) {
    return model.refused ? StoreOrder::STATUS_ACCEPTED : StoreOrder::STATUS_CANCELED;
  }
  return model.cancel_requested ? StoreOrder::STATUS_CANCEL_PENDING : model.store_order;
}

void CheckOrder(const Model& model, const Order& row, Problems& problems) {
  Order want = row;
  want.set_status(model.placed
                      ? static_cast<Order::Status>(model.view.order_status() -
                                                   OrderStatus::STATUS_PAID + Order::STATUS_PAID)
                      : Order::STATUS_REJECTED);
  want.set_cancel_requested(model.cancel_requested && !model.refused);
  want.set_rider_id(model.rider);
  problems.AddDifference("order", want, row);
}

}  // namespace

std::string CheckConsequences(const Stored& stored, const Town&) {
  Problems problems;
  const History history(stored.topics);
  for (const std::string& id : history.ids()) {
    const auto has = [&]<typename Event>(Event) { return history.Has<Event>(id); };
    const bool placed = has(order::OrderPlaced());
    const bool canceled = has(delivery::DeliveryCanceled());
    ModelOf(history, id, problems);
    for (const size_t count :
         {history.Count<order::OrderPlaced>(id), history.Count<order::OrderCancelRequested>(id),
          history.Count<order::OrderCanceled>(id), history.Count<product::ProductRegistered>(id)}) {
      if (count > 1) problems.Add(absl::StrCat(id, " has an event twice"));
    }
    if (placed && !has(payment::PaymentApproved())) {
      problems.Add(absl::StrCat(id, " was placed without a payment"));
    }
    if (has(store::StoreCanceled()) && !has(order::OrderCancelRequested())) {
      problems.Add(absl::StrCat(id, " was canceled and nobody wanted it"));
    }
    CheckBoth(id, "the delivery has decided", canceled || has(delivery::DeliveryCancelRefused()),
              "the store has canceled", has(store::StoreCanceled()), problems);
    CheckBoth(id, "the delivery is canceled", canceled, "the order is canceled",
              has(order::OrderCanceled()), problems);
    CheckBoth(id, "its payment is given back", has(payment::PaymentCanceled()), "it has ended",
              canceled || (!placed && has(payment::PaymentApproved())), problems);
    CheckBoth(id, "it is delivered", has(delivery::DeliveryStarted()), "it is accepted",
              has(store::StoreAccepted()), problems);
  }
  return problems.ToString();
}

std::string CheckRows(const Stored& stored, const Town& town) {
  Problems problems;
  Problems walks;  // CheckConsequences tells them.
  const History history(stored.topics);
  auto payments = OnePer(stored.payments, &Payment::reference_id, problems);
  auto store_orders = OnePer(stored.store_orders, &StoreOrder::order_id, problems);
  auto deliveries = OnePer(stored.deliveries, &Delivery::order_id, problems);
  auto views = OnePer(stored.views, &OrderStatus::order_id, problems);
  for (const Order& row : stored.orders) {
    const std::string& id = row.id();
    const Model model = ModelOf(history, id, walks);
    CheckOrder(model, row, problems);
    const auto store_order = Take("a store order", id, model.placed, store_orders, problems);
    if (store_order.has_value() && (store_order->status() != StoreOrderOf(model) ||
                                    store_order->customer_id() != row.customer_id() ||
                                    store_order->quantity() != row.quantity())) {
      problems.Add(absl::StrCat("store order {", store_order->ShortDebugString(), "} is not ",
                                StoreOrderOf(model)));
    }
    const auto delivery = Take("a delivery", id, model.accepted, deliveries, problems);
    const auto completed = town.riders.find(id);
    if (delivery.has_value() &&
        (delivery->status() != model.delivery || delivery->rider_id() != model.rider ||
         (completed != town.riders.end() && delivery->rider_id() != completed->second))) {
      problems.Add(absl::StrCat("delivery {", delivery->ShortDebugString(), "} is not ",
                                model.delivery, " by ", model.rider));
    }
    const auto view = Take("a page", id, model.placed, views, problems);
    if (view.has_value()) problems.AddDifference("page", model.view, *view);
    const auto payment = payments.extract(id);
    if (payment.empty() ? model.payment != Payment::STATUS_UNSPECIFIED
        : model.payment == Payment::STATUS_UNSPECIFIED
            ? payment.mapped().status() == Payment::STATUS_APPROVED
            : payment.mapped().status() != model.payment) {
      problems.Add(absl::StrCat("payment of ", id, " is not ", model.payment, ": {",
                                payment.empty() ? "" : payment.mapped().ShortDebugString(), "}"));
    }
  }
  CheckNoneLeft("a payment", payments, problems);
  CheckNoneLeft("a store order", store_orders, problems);
  CheckNoneLeft("a delivery", deliveries, problems);
  CheckNoneLeft("a page", views, problems);
  return problems.ToString();
}

}  // namespace maru::workload::fashion
