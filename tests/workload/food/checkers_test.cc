// Goal: no checker passes over what it is for. Method: one order that was delivered and one that
// was canceled while it was cooked, both watched, as they should be; then one thing is wrong.
#include "tests/workload/food/checkers.h"

#include <string>

#include "tests/workload/spoiled.h"

namespace maru::workload::food {
namespace {

using dashboard::OrderView;
using delivery::Delivery;
using order::Order;
using payment::Payment;
using store::StoreOrder;

constexpr char kOrders[] = "food.order";
constexpr char kPayments[] = "food.payment";
constexpr char kStore[] = "food.store";
constexpr char kDeliveries[] = "food.delivery";

std::string Dish(const std::string& request_id) {
  return "items { item_name: '" + ItemNameOf(request_id) + "' quantity: 1 unit_price: 9000 } ";
}

Town WhatWasTold() {
  Town town;
  const auto wished = [&town](const char* request_id, const char* order_id) {
    Wish& wish = town.wishes[request_id];
    wish.customer = "kim";
    wish.request = Of<order::PlaceOrderRequest>(Dish(request_id) + "store_id: 's'");
    wish.outcome = Wish::Outcome::kPlaced;
    wish.order_id = order_id;
  };
  wished("r1", "sent");
  wished("r2", "back");
  for (const char* id : {"sent", "back"}) {
    town.deeds.Once<store::StoreAccepted>(id);
    town.deeds.Once<store::CookStarted>(id);
    town.watchers[id].told = {OrderView::STATUS_PAID};
  }
  town.deeds.Once<store::CookFinished>("sent");
  town.deeds.Once<delivery::DeliveryPickedUp>("sent");
  town.deeds.Once<delivery::DeliveryCompleted>("sent");
  town.deeds.Once<order::OrderCancelRequested>("back");
  town.riders["sent"] = "lee";
  return town;
}

void PublishAll(std::map<std::string, Topic>& topics) {
  for (const auto& [request_id, id] : {std::pair("r1", "sent"), std::pair("r2", "back")}) {
    Publish<order::OrderPlaced>(kOrders, id, Dish(request_id) + "price: 9000", topics);
    Publish<payment::PaymentApproved>(kPayments, id, "amount: 9000", topics);
    Publish<store::StoreAccepted>(kStore, id, "", topics);
    Publish<store::CookStarted>(kStore, id, "", topics);
  }
  Publish<store::CookFinished>(kStore, "sent", "", topics);
  Publish<delivery::DeliveryStarted>(kDeliveries, "sent", "", topics);
  Publish<delivery::DeliveryPickedUp>(kDeliveries, "sent", "rider_id: 'lee'", topics);
  Publish<delivery::DeliveryCompleted>(kDeliveries, "sent", "", topics);
  Publish<order::OrderCancelRequested>(kOrders, "back", "", topics);
  Publish<order::OrderCanceled>(kOrders, "back", "", topics);
  Publish<store::StoreCanceled>(kStore, "back", "store_order_id: 't'", topics);
  Publish<payment::PaymentCanceled>(kPayments, "back", "amount: 9000", topics);
}

Stored WhatIsThere() {
  Stored stored;
  PublishAll(stored.topics);
  const std::string kim = "customer_id: 'kim' store_id: 's' ";
  stored.orders = {Of<Order>(kim + Dish("r1") +
                             "id: 'sent' price: 9000 rider_id: 'lee' "
                             "status: STATUS_DELIVERED"),
                   Of<Order>(kim + Dish("r2") +
                             "id: 'back' price: 9000 cancel_requested: true "
                             "status: STATUS_REFUNDED")};
  stored.tickets = {Of<StoreOrder>(kim + "order_id: 'sent' status: STATUS_COOKED"),
                    Of<StoreOrder>(kim + "order_id: 'back' status: STATUS_CANCELED")};
  stored.payments = {Of<Payment>("reference_id: 'sent' amount: 9000 status: STATUS_APPROVED"),
                     Of<Payment>("reference_id: 'back' amount: 9000 status: STATUS_CANCELED")};
  stored.deliveries = {Of<Delivery>("order_id: 'sent' rider_id: 'lee' status: STATUS_COMPLETED")};
  stored.views = {
      Of<OrderView>(Dish("r1") + "order_id: 'sent' price: 9000 status: STATUS_DELIVERED "
                                 "order_time { seconds: 1 } accept_time { seconds: 1 } "
                                 "cook_start_time { seconds: 2 } cook_finish_time { seconds: 5 } "
                                 "delivery_start_time { seconds: 1 } pickup_time { seconds: 2 } "
                                 "complete_time { seconds: 3 }"),
      Of<OrderView>(Dish("r2") + "order_id: 'back' price: 9000 status: STATUS_REFUNDED "
                                 "order_time { seconds: 2 } accept_time { seconds: 3 } "
                                 "cook_start_time { seconds: 4 } cancel_time { seconds: 4 } "
                                 "refund_time { seconds: 3 }")};
  stored.rest = {{"sent", {OrderView::STATUS_DELIVERED}}, {"back", {OrderView::STATUS_REFUNDED}}};
  stored.shown = {{"sent", {OrderView::STATUS_PAID, OrderView::STATUS_DELIVERED}},
                  {"back", {OrderView::STATUS_PAID, OrderView::STATUS_REFUNDED}}};
  return stored;
}

void Unpublish(const char* topic, Stored& stored) { stored.topics[topic].records.pop_back(); }

const std::vector<Spoiled<Stored, Town>>& Wrong() {
  static const auto& wrong = *new std::vector<Spoiled<Stored, Town>>{
      {"lost", CheckWishes, "acknowledged as sent but stored as []",
       [](Stored& stored, Town&) { stored.orders.erase(stored.orders.begin()); }},
      {"listed twice", CheckWishes, "listed twice: back",
       [](Stored& stored, Town&) { stored.orders.push_back(stored.orders.back()); }},
      {"of one wish two", CheckWishes, "r2 became several: back, again",
       [](Stored& stored, Town&) {
         stored.orders.push_back(stored.orders.back());
         stored.orders.back().set_id("again");
       }},
      {"of nothing", CheckWishes, "nobody wished for",
       [](Stored&, Town& town) { town.wishes.erase("r1"); }},
      {"another dish", CheckWishes, "wished {",
       [](Stored&, Town& town) { town.wishes["r1"].request.mutable_items(0)->set_quantity(2); }},
      {"another price", CheckWishes, "wished {",
       [](Stored& stored, Town&) { stored.orders.front().set_price(1); }},
      {"still pending", CheckWishes, "sent is PENDING",
       [](Stored& stored, Town&) { stored.orders.front().set_status(Order::STATUS_PENDING); }},
      {"refused", CheckWishes, "refused but there is sent",
       [](Stored&, Town& town) { town.wishes["r1"].outcome = Wish::Outcome::kRefused; }},
      {"canceled while it was pending", CheckWishes, "back was canceled while it was pending",
       [](Stored&, Town& town) { town.canceled_pending.insert("back"); }},

      {"a command without effect", CheckDeeds, "DeliveryCompleted of sent was published 0 times",
       [](Stored& stored, Town&) { Unpublish(kDeliveries, stored); }},
      {"an effect without a command", CheckDeeds, "DeliveryPickedUp of back was published 1 times",
       [](Stored& stored, Town&) {
         Publish<delivery::DeliveryPickedUp>(kDeliveries, "back", "", stored.topics);
       }},

      {"a second refund", CheckConsequences, "no step from",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "back", "", stored.topics);
       }},
      {"a command with two effects", CheckConsequences, "back has an event of its order twice",
       [](Stored& stored, Town&) {
         Publish<order::OrderCanceled>(kOrders, "back", "", stored.topics);
       }},
      {"no payment", CheckConsequences, "sent was placed without a payment",
       [](Stored& stored, Town&) { stored.topics.erase(kPayments); }},
      {"a cancel that nobody decided", CheckConsequences, "not: a cancel is decided",
       [](Stored& stored, Town&) { Unpublish(kStore, stored); }},
      {"a cancel that order did not hear of", CheckConsequences, "not: the order is canceled",
       [](Stored& stored, Town&) { Unpublish(kOrders, stored); }},
      {"no refund", CheckConsequences, "not: its payment is given back",
       [](Stored& stored, Town&) { Unpublish(kPayments, stored); }},
      {"a refund of what goes on", CheckConsequences, "sent: its payment is given back, but not",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "sent", "", stored.topics);
       }},
      {"cooked and not delivered", CheckConsequences, "not: it is delivered",
       [](Stored& stored, Town&) { stored.topics.erase(kDeliveries); }},

      {"an order that disagrees", CheckRows, "order: acknowledged",
       [](Stored& stored, Town&) { stored.orders.back().set_status(Order::STATUS_CANCELED); }},
      {"a ticket that disagrees", CheckRows, "ticket {",
       [](Stored& stored, Town&) { stored.tickets.back().set_status(StoreOrder::STATUS_COOKED); }},
      {"no ticket", CheckRows, "sent: it is to have one, but not: a ticket",
       [](Stored& stored, Town&) { stored.tickets.erase(stored.tickets.begin()); }},
      {"a delivery that disagrees", CheckRows, "delivery {",
       [](Stored& stored, Town&) {
         stored.deliveries.front().set_status(Delivery::STATUS_PICKED_UP);
       }},
      {"another rider", CheckRows, "delivery {",
       [](Stored&, Town& town) { town.riders["sent"] = "park"; }},
      {"a delivery of what was canceled", CheckRows, "back: a delivery, but not: it is to have one",
       [](Stored& stored, Town&) { stored.deliveries.emplace_back().set_order_id("back"); }},
      {"a page that disagrees", CheckRows, "page: acknowledged",
       [](Stored& stored, Town&) { stored.views.back().mutable_refund_time()->set_seconds(7); }},
      {"a payment that disagrees", CheckRows, "} is not 3",
       [](Stored& stored, Town&) { stored.payments.back().set_status(Payment::STATUS_APPROVED); }},
      {"a payment that is lost", CheckRows, "no payment of back",
       [](Stored& stored, Town&) { stored.payments.pop_back(); }},
      {"a payment of nothing", CheckRows, "a payment of nothing",
       [](Stored& stored, Town&) { stored.payments.emplace_back().set_reference_id("other"); }},

      {"money that is kept", CheckMoney, "held for back: 9000",
       [](Stored& stored, Town&) { stored.payments.back().set_status(Payment::STATUS_APPROVED); }},
      {"too dear", CheckMoney, "dearer than anybody may pay: sent",
       [](Stored& stored, Town&) { stored.orders.front().set_price(kLimit + 1); }},
      {"money out of nothing", CheckMoney, "approved 18000 − refunded 18000 is not 9000",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "back", "amount: 9000", stored.topics);
       }},

      {"a change that is told twice", CheckWatchers, "a watcher of back",
       [](Stored&, Town& town) {
         town.watchers["back"].told.push_back(OrderView::STATUS_REFUNDED);
       }},
      {"a change that is never told", CheckWatchers, "a watcher of back",
       [](Stored&, Town& town) { town.watchers["back"].told.clear(); }},
      {"a page that went back", CheckWatchers, "back went back",
       [](Stored& stored, Town&) { stored.shown["back"].push_back(OrderView::STATUS_PAID); }},

      {"a hole in the log", CheckFood, "[log]",
       [](Stored& stored, Town&) { Unpublish(kStore, stored); }},
  };
  return wrong;
}

TEST(FoodCheckersTest, WhatIsRightPasses) {
  EXPECT_EQ(CheckFood(WhatIsThere(), WhatWasTold()), "");
}

TEST(FoodCheckersTest, WhatIsWrongIsFound) { ExpectFound(Wrong(), WhatIsThere(), WhatWasTold()); }

}  // namespace
}  // namespace maru::workload::food
