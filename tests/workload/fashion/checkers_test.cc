// Goal: no checker passes over what it is for. Method: one order that was delivered and one that
// was canceled on its way, as they should be; then one thing is wrong.
#include "tests/workload/fashion/checkers.h"

#include <string>

#include "tests/workload/spoiled.h"

namespace maru::workload::fashion {
namespace {

using delivery::Delivery;
using order::Order;
using orderview::OrderStatus;
using payment::Payment;
using product::Product;
using store::StoreOrder;

constexpr char kProducts[] = "fashion.product";
constexpr char kOrders[] = "fashion.order";
constexpr char kPayments[] = "fashion.payment";
constexpr char kStore[] = "fashion.store";
constexpr char kDeliveries[] = "fashion.delivery";

Town WhatWasTold() {
  Town town;
  const auto wished = [&town](const char* request_id, const char* order_id, int quantity) {
    Wish& wish = town.wishes[request_id];
    wish.customer = "kim";
    wish.request.set_product_id("hanbok");
    wish.request.set_quantity(quantity);
    wish.outcome = Wish::Outcome::kPlaced;
    wish.order_id = order_id;
  };
  wished("r1", "sent", 2);
  wished("r2", "back", 1);
  town.products["hanbok"] = Of<Product>("id: 'hanbok'");
  town.deeds.Again<product::StockAdded>("hanbok");
  town.deeds.Once<store::StoreAccepted>("sent");
  town.deeds.Once<delivery::DeliveryCompleted>("sent");
  town.deeds.Once<order::OrderCancelRequested>("back");
  town.riders["sent"] = "lee";
  return town;
}

void PublishAll(std::map<std::string, Topic>& topics) {
  Publish<product::ProductRegistered>(kProducts, "hanbok", "stock: 10", topics);
  Publish<product::StockAdded>(kProducts, "hanbok", "quantity: 5", topics);
  Publish<order::OrderPlaced>(kOrders, "sent",
                              "product_id: 'hanbok' product_name: '한복' quantity: 2", topics);
  Publish<order::OrderPlaced>(kOrders, "back",
                              "product_id: 'hanbok' product_name: '한복' quantity: 1", topics);
  Publish<order::OrderCancelRequested>(kOrders, "back", "", topics);
  Publish<order::OrderCanceled>(kOrders, "back", "", topics);
  Publish<payment::PaymentApproved>(kPayments, "sent", "amount: 6000", topics);
  Publish<payment::PaymentApproved>(kPayments, "back", "amount: 3000", topics);
  Publish<payment::PaymentCanceled>(kPayments, "back", "amount: 3000", topics);
  Publish<store::StoreAccepted>(kStore, "sent", "", topics);
  Publish<store::StoreAccepted>(kStore, "back", "", topics);
  Publish<store::StoreCanceled>(kStore, "back", "", topics);
  Publish<delivery::DeliveryStarted>(kDeliveries, "sent", "delivery_id: 'd1'", topics);
  Publish<delivery::DeliveryStarted>(kDeliveries, "back", "delivery_id: 'd2'", topics);
  Publish<delivery::DeliveryCompleted>(kDeliveries, "sent", "rider_id: 'lee'", topics);
  Publish<delivery::DeliveryCanceled>(kDeliveries, "back", "", topics);
}

Stored WhatIsThere() {
  Stored stored;
  PublishAll(stored.topics);
  stored.products = {Of<Product>("id: 'hanbok' stock: 13 sold: 2")};
  stored.orders = {
      Of<Order>("id: 'sent' customer_id: 'kim' customer_name: 'r1' product_id: 'hanbok' "
                "quantity: 2 price: 6000 status: STATUS_COMPLETED rider_id: 'lee'"),
      Of<Order>("id: 'back' customer_id: 'kim' customer_name: 'r2' product_id: 'hanbok' "
                "quantity: 1 price: 3000 status: STATUS_REFUNDED cancel_requested: true")};
  stored.payments = {Of<Payment>("reference_id: 'sent' amount: 6000 status: STATUS_APPROVED"),
                     Of<Payment>("reference_id: 'back' amount: 3000 status: STATUS_CANCELED")};
  stored.store_orders = {
      Of<StoreOrder>("order_id: 'sent' customer_id: 'kim' quantity: 2 status: STATUS_ACCEPTED"),
      Of<StoreOrder>("order_id: 'back' customer_id: 'kim' quantity: 1 status: STATUS_CANCELED")};
  stored.deliveries = {Of<Delivery>("order_id: 'sent' rider_id: 'lee' status: STATUS_COMPLETED"),
                       Of<Delivery>("order_id: 'back' status: STATUS_CANCELED")};
  stored.views = {
      Of<OrderStatus>("order_id: 'sent' product_id: 'hanbok' product_name: '한복' quantity: 2 "
                      "order_status: STATUS_COMPLETED delivery_id: 'd1' "
                      "delivery_status: DELIVERY_STATUS_COMPLETED order_time { seconds: 1 } "
                      "accept_time { seconds: 1 } start_time { seconds: 1 } "
                      "complete_time { seconds: 3 }"),
      Of<OrderStatus>("order_id: 'back' product_id: 'hanbok' product_name: '한복' quantity: 1 "
                      "order_status: STATUS_REFUNDED delivery_id: 'd2' "
                      "delivery_status: DELIVERY_STATUS_CANCELED order_time { seconds: 2 } "
                      "accept_time { seconds: 2 } start_time { seconds: 2 } "
                      "cancel_time { seconds: 4 } refund_time { seconds: 3 }")};
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
      {"another number", CheckWishes, "wished {",
       [](Stored&, Town& town) { town.wishes["r1"].request.set_quantity(3); }},
      {"still pending", CheckWishes, "sent is PENDING",
       [](Stored& stored, Town&) { stored.orders.front().set_status(Order::STATUS_PENDING); }},
      {"refused", CheckWishes, "refused but there is sent",
       [](Stored&, Town& town) { town.wishes["r1"].outcome = Wish::Outcome::kRefused; }},
      {"canceled while it was pending", CheckWishes, "back was canceled while it was pending",
       [](Stored&, Town& town) { town.canceled_pending.insert("back"); }},

      {"a command without effect", CheckDeeds, "StockAdded of hanbok was published 0 times",
       [](Stored& stored, Town&) { Unpublish(kProducts, stored); }},
      {"an effect without a command", CheckDeeds, "DeliveryCompleted of back was published 1 times",
       [](Stored& stored, Town&) {
         Publish<delivery::DeliveryCompleted>(kDeliveries, "back", "", stored.topics);
       }},
      {"an acceptance that is missing", CheckDeeds, "StoreAccepted of sent was published 0 times",
       [](Stored& stored, Town&) { stored.topics.erase(kStore); }},

      {"a second refund", CheckConsequences, "no step from",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "back", "", stored.topics);
       }},
      {"a command with two effects", CheckConsequences, "back has an event twice",
       [](Stored& stored, Town&) {
         Publish<order::OrderCanceled>(kOrders, "back", "", stored.topics);
       }},
      {"no payment", CheckConsequences, "sent was placed without a payment",
       [](Stored& stored, Town&) { stored.topics.erase(kPayments); }},
      {"a cancel that nobody wanted", CheckConsequences, "sent was canceled and nobody wanted it",
       [](Stored& stored, Town&) {
         Publish<store::StoreCanceled>(kStore, "sent", "", stored.topics);
       }},
      {"a cancel that nobody decided", CheckConsequences, "not: the delivery has decided",
       [](Stored& stored, Town&) { Unpublish(kDeliveries, stored); }},
      {"a cancel that order did not hear of", CheckConsequences, "not: the order is canceled",
       [](Stored& stored, Town&) { Unpublish(kOrders, stored); }},
      {"no refund", CheckConsequences, "not: its payment is given back",
       [](Stored& stored, Town&) { Unpublish(kPayments, stored); }},
      {"accepted and not delivered", CheckConsequences, "not: it is delivered",
       [](Stored& stored, Town&) { stored.topics.erase(kDeliveries); }},

      {"an order that disagrees", CheckRows, "order: acknowledged",
       [](Stored& stored, Town&) { stored.orders.back().set_cancel_requested(false); }},
      {"a store order that disagrees", CheckRows, "store order {",
       [](Stored& stored, Town&) {
         stored.store_orders.back().set_status(StoreOrder::STATUS_CANCEL_PENDING);
       }},
      {"a delivery that disagrees", CheckRows, "delivery {",
       [](Stored& stored, Town&) {
         stored.deliveries.back().set_status(Delivery::STATUS_STARTED);
       }},
      {"another rider", CheckRows, "delivery {",
       [](Stored&, Town& town) { town.riders["sent"] = "park"; }},
      {"a page that disagrees", CheckRows, "page: acknowledged",
       [](Stored& stored, Town&) { stored.views.back().clear_cancel_time(); }},
      {"no page", CheckRows, "sent: it is to have one, but not: a page",
       [](Stored& stored, Town&) { stored.views.erase(stored.views.begin()); }},
      {"a payment that disagrees", CheckRows, "payment of back is not",
       [](Stored& stored, Town&) { stored.payments.back().set_status(Payment::STATUS_APPROVED); }},
      {"a payment of nothing", CheckRows, "a payment of nothing",
       [](Stored& stored, Town&) { stored.payments.emplace_back().set_reference_id("other"); }},

      {"money that is kept", CheckMoney, "held for back: 3000",
       [](Stored& stored, Town&) { stored.payments.back().set_status(Payment::STATUS_APPROVED); }},
      {"too dear", CheckMoney, "dearer than anybody may pay: sent",
       [](Stored& stored, Town&) { stored.orders.front().set_price(kLimit + 1); }},
      {"money out of nothing", CheckMoney, "approved 9000 − refunded 6000 is not 6000",
       [](Stored& stored, Town&) {
         Publish<payment::PaymentCanceled>(kPayments, "back", "amount: 3000", stored.topics);
       }},

      {"sold and not taken from the stock", CheckStock, "15 were brought and 2 ordered",
       [](Stored& stored, Town&) { stored.products.front().set_stock(15); }},
      {"oversold", CheckStock, "15 were brought and 2 ordered",
       [](Stored& stored, Town&) {
         stored.products.front().set_stock(-1);
         stored.products.front().set_sold(16);
       }},
      {"reserved for nobody", CheckStock, "15 were brought and 2 ordered",
       [](Stored& stored, Town&) {
         stored.products.front().set_stock(12);
         stored.products.front().set_reserved(1);
       }},
      {"given back and still sold", CheckStock, "15 were brought and 2 ordered",
       [](Stored& stored, Town&) {
         stored.products.front().set_stock(12);
         stored.products.front().set_sold(3);
       }},
      {"a product that is lost", CheckStock, "acknowledged but not listed: hanbok",
       [](Stored& stored, Town&) { stored.products.clear(); }},

      {"a hole in the log", CheckFashion, "[log]",
       [](Stored& stored, Town&) { Unpublish(kProducts, stored); }},
  };
  return wrong;
}

TEST(FashionCheckersTest, WhatIsRightPasses) {
  EXPECT_EQ(CheckFashion(WhatIsThere(), WhatWasTold()), "");
}

TEST(FashionCheckersTest, WhatIsWrongIsFound) {
  ExpectFound(Wrong(), WhatIsThere(), WhatWasTold());
}

}  // namespace
}  // namespace maru::workload::fashion
