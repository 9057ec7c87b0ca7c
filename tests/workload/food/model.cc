// What the events of an order make of every context's rows: the naive model.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/workload/food/checkers.h"
#include "tests/workload/history.h"
#include "tests/workload/model.h"
#include "tests/workload/problems.h"

namespace maru::workload::food {

using dashboard::OrderView;
using delivery::Delivery;
using google::protobuf::Timestamp;
using order::Order;
using payment::Payment;
using store::StoreOrder;

namespace {

constexpr char kOrderTopic[] = "food.order";
constexpr char kPaymentTopic[] = "food.payment";
constexpr char kStoreTopic[] = "food.store";
constexpr char kDeliveryTopic[] = "food.delivery";

constexpr Edge<StoreOrder::Status> kTicketEdges[] = {
    {StoreOrder::STATUS_PLACED, Is<store::StoreAccepted>, StoreOrder::STATUS_ACCEPTED},
    {StoreOrder::STATUS_PLACED, Is<store::StoreRejected>, StoreOrder::STATUS_REJECTED},
    {StoreOrder::STATUS_PLACED, Is<store::StoreCanceled>, StoreOrder::STATUS_CANCELED},
    {StoreOrder::STATUS_ACCEPTED, Is<store::CookStarted>, StoreOrder::STATUS_COOKING},
    {StoreOrder::STATUS_ACCEPTED, Is<store::StoreCanceled>, StoreOrder::STATUS_CANCELED},
    {StoreOrder::STATUS_COOKING, Is<store::CookFinished>, StoreOrder::STATUS_COOKED},
    {StoreOrder::STATUS_COOKING, Is<store::StoreCanceled>, StoreOrder::STATUS_CANCELED},
    {StoreOrder::STATUS_COOKED, Is<store::StoreCancelRefused>, StoreOrder::STATUS_COOKED},
    {StoreOrder::STATUS_REJECTED, Is<store::StoreCancelRefused>, StoreOrder::STATUS_REJECTED},
};

constexpr Edge<Delivery::Status> kDeliveryEdges[] = {
    {Delivery::STATUS_UNSPECIFIED, Is<delivery::DeliveryStarted>, Delivery::STATUS_STARTED},
    {Delivery::STATUS_STARTED, Is<delivery::DeliveryPickedUp>, Delivery::STATUS_PICKED_UP},
    {Delivery::STATUS_PICKED_UP, Is<delivery::DeliveryCompleted>, Delivery::STATUS_COMPLETED},
};

constexpr Edge<Payment::Status> kPaymentEdges[] = {
    {Payment::STATUS_UNSPECIFIED, Is<payment::PaymentApproved>, Payment::STATUS_APPROVED},
    {Payment::STATUS_APPROVED, Is<payment::PaymentCanceled>, Payment::STATUS_CANCELED},
};

// What one order has become.
struct Model {
  bool placed = false;
  // The end was heard before the beginning: there is no ticket, and never was.
  bool tombstone = false;
  StoreOrder::Status ticket = StoreOrder::STATUS_PLACED;
  Delivery::Status delivery = Delivery::STATUS_UNSPECIFIED;
  std::string rider;
  Payment::Status payment = Payment::STATUS_UNSPECIFIED;
  OrderView view;
};

// Raises the page to a status, with its time.
void Raise(OrderView::Status status, Timestamp* (OrderView::*time)(), const event::v1::Event& event,
           OrderView& view) {
  view.set_status(std::max(view.status(), status));
  *(view.*time)() = event.time();
}

template <typename Event>
void RaiseBy(const History& history, const std::string& id, const std::string& topic,
             OrderView::Status status, Timestamp* (OrderView::*time)(), OrderView& view) {
  for (const event::v1::Event* event : history.Of(id, topic)) {
    if (Is<Event>(*event)) Raise(status, time, *event, view);
  }
}

OrderView ViewOf(const History& history, const std::string& id) {
  OrderView view;
  view.set_order_id(id);
  using V = OrderView;
  const auto raise = [&]<typename Event>(const char* topic, V::Status status,
                                         Timestamp* (V::*time)(), Event) {
    RaiseBy<Event>(history, id, topic, status, time, view);
  };
  raise(kOrderTopic, V::STATUS_PAID, &V::mutable_order_time, order::OrderPlaced());
  raise(kStoreTopic, V::STATUS_ACCEPTED, &V::mutable_accept_time, store::StoreAccepted());
  raise(kStoreTopic, V::STATUS_COOKING, &V::mutable_cook_start_time, store::CookStarted());
  raise(kStoreTopic, V::STATUS_COOKED, &V::mutable_cook_finish_time, store::CookFinished());
  raise(kDeliveryTopic, V::STATUS_DELIVERING, &V::mutable_delivery_start_time,
        delivery::DeliveryStarted());
  raise(kDeliveryTopic, V::STATUS_PICKED_UP, &V::mutable_pickup_time, delivery::DeliveryPickedUp());
  raise(kDeliveryTopic, V::STATUS_DELIVERED, &V::mutable_complete_time,
        delivery::DeliveryCompleted());
  raise(kOrderTopic, V::STATUS_CANCELED, &V::mutable_cancel_time, order::OrderCanceled());
  raise(kStoreTopic, V::STATUS_STORE_REJECTED, &V::mutable_reject_time, store::StoreRejected());
  raise(kPaymentTopic, V::STATUS_REFUNDED, &V::mutable_refund_time, payment::PaymentCanceled());
  for (const order::OrderPlaced& placed : history.All<order::OrderPlaced>(id)) {
    view.set_store_name(placed.store_name());
    view.set_price(placed.price());
    view.set_currency_code(placed.currency_code());
    for (const order::OrderItem& item : placed.items()) {
      dashboard::OrderViewItem& line = *view.add_items();
      line.set_item_name(item.item_name());
      line.set_quantity(item.quantity());
      line.set_unit_price(item.unit_price());
    }
  }
  return view;
}

Model ModelOf(const History& history, const std::string& id, Problems& problems) {
  Model model;
  model.placed = history.Has<order::OrderPlaced>(id);
  const auto canceled = history.All<store::StoreCanceled>(id);
  model.tombstone = canceled.size() == 1 && canceled.front().store_order_id().empty();
  model.ticket = Walk(model.ticket, kTicketEdges, history.Of(id, kStoreTopic), problems);
  model.delivery = Walk(model.delivery, kDeliveryEdges, history.Of(id, kDeliveryTopic), problems);
  for (const auto& event : history.All<delivery::DeliveryPickedUp>(id)) {
    model.rider = event.rider_id();
  }
  model.payment = Walk(model.payment, kPaymentEdges, history.Of(id, kPaymentTopic), problems);
  model.view = ViewOf(history, id);
  return model;
}

void CheckOrder(const Model& model, const Order& row, Problems& problems) {
  Order want = row;
  if (model.placed) {
    want.set_status(model.view.status() <= OrderView::STATUS_DELIVERED
                        ? static_cast<Order::Status>(model.view.status() - OrderView::STATUS_PAID +
                                                     Order::STATUS_PAID)
                        : static_cast<Order::Status>(model.view.status() -
                                                     OrderView::STATUS_CANCELED +
                                                     Order::STATUS_CANCELED));
  } else {
    want.set_status(Order::STATUS_REJECTED);
  }
  want.set_cancel_requested(model.placed && model.ticket == StoreOrder::STATUS_CANCELED);
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
    const bool canceled = has(store::StoreCanceled());
    const bool rejected = has(store::StoreRejected());
    ModelOf(history, id, problems);
    for (const size_t count :
         {history.Count<order::OrderPlaced>(id), history.Count<order::OrderCancelRequested>(id),
          history.Count<order::OrderCanceled>(id)}) {
      if (count > 1) problems.Add(absl::StrCat(id, " has an event of its order twice"));
    }
    if (placed && !has(payment::PaymentApproved())) {
      problems.Add(absl::StrCat(id, " was placed without a payment"));
    }
    CheckBoth(id, "a cancel is decided", canceled || has(store::StoreCancelRefused()),
              "it is requested", has(order::OrderCancelRequested()), problems);
    CheckBoth(id, "the store canceled", canceled, "the order is canceled",
              has(order::OrderCanceled()), problems);
    CheckBoth(id, "its payment is given back", has(payment::PaymentCanceled()), "it has ended",
              canceled || rejected || (!placed && has(payment::PaymentApproved())), problems);
    CheckBoth(id, "it is delivered", has(delivery::DeliveryStarted()), "it is cooked",
              has(store::CookFinished()), problems);
  }
  return problems.ToString();
}

std::string CheckRows(const Stored& stored, const Town& town) {
  Problems problems;
  Problems walks;  // CheckConsequences tells them.
  const History history(stored.topics);
  auto payments = OnePer(stored.payments, &Payment::reference_id, problems);
  auto tickets = OnePer(stored.tickets, &StoreOrder::order_id, problems);
  auto deliveries = OnePer(stored.deliveries, &Delivery::order_id, problems);
  auto views = OnePer(stored.views, &OrderView::order_id, problems);
  for (const Order& row : stored.orders) {
    const std::string& id = row.id();
    const Model model = ModelOf(history, id, walks);
    CheckOrder(model, row, problems);
    const auto ticket = Take("a ticket", id, model.placed && !model.tombstone, tickets, problems);
    if (ticket.has_value() &&
        (ticket->status() != model.ticket || ticket->customer_id() != row.customer_id() ||
         ticket->store_id() != row.store_id() || ticket->address() != row.address())) {
      problems.Add(absl::StrCat("ticket {", ticket->ShortDebugString(), "} is not ", model.ticket));
    }
    const auto delivery = Take("a delivery", id, model.delivery != Delivery::STATUS_UNSPECIFIED,
                               deliveries, problems);
    const auto picked_up = town.riders.find(id);
    if (delivery.has_value() &&
        (delivery->status() != model.delivery || delivery->rider_id() != model.rider ||
         (picked_up != town.riders.end() && delivery->rider_id() != picked_up->second))) {
      problems.Add(absl::StrCat("delivery {", delivery->ShortDebugString(), "} is not ",
                                model.delivery, " by ", model.rider));
    }
    const auto view = Take("a page", id, model.placed, views, problems);
    if (view.has_value()) problems.AddDifference("page", model.view, *view);
    const auto payment = payments.extract(id);
    if (payment.empty()) {
      if (model.payment != Payment::STATUS_UNSPECIFIED) {
        problems.Add(absl::StrCat("no payment of ", id));
      }
      continue;
    }
    const bool decided = model.payment == Payment::STATUS_UNSPECIFIED
                             ? payment.mapped().status() != Payment::STATUS_APPROVED
                             : payment.mapped().status() == model.payment;
    if (!decided) {
      problems.Add(absl::StrCat("payment {", payment.mapped().ShortDebugString(), "} is not ",
                                model.payment));
    }
  }
  CheckNoneLeft("a payment", payments, problems);
  CheckNoneLeft("a ticket", tickets, problems);
  CheckNoneLeft("a delivery", deliveries, problems);
  CheckNoneLeft("a page", views, problems);
  return problems.ToString();
}

}  // namespace maru::workload::food
