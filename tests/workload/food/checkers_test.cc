// Goal: no checker passes over what it is for. Method: one order that is cooked and refunded as it
// should be; then one thing is wrong.
#include "tests/workload/food/checkers.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::workload::food {
namespace {

using dashboard::OrderView;
using order::Order;
using payment::Payment;
using store::StoreOrder;
using testing::HasSubstr;

constexpr char kId[] = "o1";
constexpr char kRequestId[] = "r1";

// Numbers the event and gives it a time.
template <typename Event>
void Publish(const std::string& topic, Event event, Stored& stored) {
  Topic& of = stored.topics[topic];
  auto& record = of.records.emplace_back();
  if constexpr (requires { event.set_order_id(kId); }) {
    event.set_order_id(kId);
  } else {
    event.set_reference_id(kId);
  }
  record.set_sequence(of.records.size());
  record.mutable_event()->set_type(Event::descriptor()->full_name());
  record.mutable_event()->set_correlation_id(kId);
  record.mutable_event()->mutable_time()->set_seconds(static_cast<int64_t>(of.records.size()));
  record.mutable_event()->set_data(event.SerializeAsString());
}

// Placed for 9,000, canceled while it was cooked, refunded; its customer watched.
class FoodCheckersTest : public testing::Test {
 protected:
  FoodCheckersTest() {
    Wish& wish = town_.wishes[kRequestId];
    wish.customer = "kim";
    wish.request.set_request_id(kRequestId);
    wish.request.set_store_id("s1");
    wish.outcome = Wish::Outcome::kPlaced;
    wish.order_id = kId;
    order::OrderItem& item = *wish.request.add_items();
    item.set_item_name(ItemNameOf(kRequestId));
    item.set_quantity(1);
    item.set_unit_price(9000);
    town_.deeds.Once<order::OrderCancelRequested>(kId);
    town_.deeds.Once<store::StoreAccepted>(kId);

    order::OrderPlaced placed;
    placed.set_price(9000);
    Publish("food.order", placed, stored_);
    Publish("food.order", order::OrderCancelRequested(), stored_);
    Publish("food.order", order::OrderCanceled(), stored_);
    Publish("food.store", store::StoreAccepted(), stored_);
    store::StoreCanceled canceled;
    canceled.set_store_order_id("t1");
    Publish("food.store", canceled, stored_);
    payment::PaymentApproved approved;
    approved.set_amount(9000);
    Publish("food.payment", approved, stored_);
    payment::PaymentCanceled refunded;
    refunded.set_amount(9000);
    Publish("food.payment", refunded, stored_);

    Order& row = stored_.orders.emplace_back();
    row.set_id(kId);
    row.set_customer_id("kim");
    row.set_store_id("s1");
    *row.add_items() = item;
    row.set_price(9000);
    row.set_status(Order::STATUS_REFUNDED);
    row.set_cancel_requested(true);
    StoreOrder& ticket = stored_.tickets.emplace_back();
    ticket.set_order_id(kId);
    ticket.set_customer_id("kim");
    ticket.set_store_id("s1");
    ticket.set_status(StoreOrder::STATUS_CANCELED);
    Payment& paid = stored_.payments.emplace_back();
    paid.set_reference_id(kId);
    paid.set_amount(9000);
    paid.set_status(Payment::STATUS_CANCELED);
    OrderView& view = stored_.views.emplace_back();
    view.set_order_id(kId);
    view.set_price(9000);
    view.set_status(OrderView::STATUS_REFUNDED);
    view.mutable_order_time()->set_seconds(1);
    view.mutable_accept_time()->set_seconds(1);
    view.mutable_cancel_time()->set_seconds(3);
    view.mutable_refund_time()->set_seconds(2);
    town_.watchers[kId].told = {OrderView::STATUS_PAID};
    stored_.rest[kId] = {OrderView::STATUS_REFUNDED};
    stored_.shown[kId] = {OrderView::STATUS_PAID, OrderView::STATUS_REFUNDED};
  }

  Stored stored_;
  Town town_;
};

TEST_F(FoodCheckersTest, WhatIsRightPasses) {
  EXPECT_EQ(CheckWishes(stored_, town_), "");
  EXPECT_EQ(CheckDeeds(stored_, town_), "");
  EXPECT_EQ(CheckConsequences(stored_, town_), "");
  EXPECT_EQ(CheckRows(stored_, town_), "");
  EXPECT_EQ(CheckMoney(stored_, town_), "");
  EXPECT_EQ(CheckWatchers(stored_, town_), "");
}

TEST_F(FoodCheckersTest, AnOrderThatIsLost) {
  stored_.orders.clear();
  EXPECT_THAT(CheckWishes(stored_, town_), HasSubstr("acknowledged as o1"));
}

TEST_F(FoodCheckersTest, AWishThatBecameTwoOrders) {
  stored_.orders.push_back(stored_.orders.front());
  stored_.orders.back().set_id("o2");
  EXPECT_THAT(CheckWishes(stored_, town_), HasSubstr("became several: o1, o2"));
}

TEST_F(FoodCheckersTest, AnOrderThatIsStillPending) {
  stored_.orders.front().set_status(Order::STATUS_PENDING);
  EXPECT_THAT(CheckWishes(stored_, town_), HasSubstr("o1 is PENDING"));
}

TEST_F(FoodCheckersTest, ACommandThatWasNeverPublished) {
  town_.deeds.Once<store::CookStarted>(kId);
  EXPECT_THAT(CheckDeeds(stored_, town_), HasSubstr("CookStarted of o1 was published 0 times"));
}

TEST_F(FoodCheckersTest, AnEventThatNobodyAskedFor) {
  Publish("food.delivery", delivery::DeliveryPickedUp(), stored_);
  EXPECT_THAT(CheckDeeds(stored_, town_), HasSubstr("DeliveryPickedUp of o1"));
}

TEST_F(FoodCheckersTest, ARefundThatComesTwice) {
  payment::PaymentCanceled again;
  again.set_amount(9000);
  Publish("food.payment", again, stored_);
  EXPECT_THAT(CheckConsequences(stored_, town_), HasSubstr("no step from"));
  EXPECT_THAT(CheckMoney(stored_, town_), HasSubstr("refunded 18000"));
}

TEST_F(FoodCheckersTest, ARefundThatNeverCame) {
  stored_.topics["food.payment"].records.pop_back();
  EXPECT_THAT(CheckConsequences(stored_, town_), HasSubstr("not: its payment is given back"));
}

TEST_F(FoodCheckersTest, ACancelThatNobodyDecided) {
  stored_.topics["food.store"].records.pop_back();
  EXPECT_THAT(CheckConsequences(stored_, town_), HasSubstr("not: a cancel is decided"));
}

TEST_F(FoodCheckersTest, ATicketThatDisagrees) {
  stored_.tickets.front().set_status(StoreOrder::STATUS_ACCEPTED);
  EXPECT_THAT(CheckRows(stored_, town_), HasSubstr("ticket"));
}

TEST_F(FoodCheckersTest, APageThatDisagrees) {
  stored_.views.front().mutable_refund_time()->set_seconds(7);
  EXPECT_THAT(CheckRows(stored_, town_), HasSubstr("page"));
}

TEST_F(FoodCheckersTest, ADeliveryOfNothing) {
  stored_.deliveries.emplace_back().set_order_id(kId);
  EXPECT_THAT(CheckRows(stored_, town_), HasSubstr("a delivery"));
}

TEST_F(FoodCheckersTest, MoneyThatIsHeldForWhatHasEnded) {
  stored_.payments.front().set_status(Payment::STATUS_APPROVED);
  EXPECT_THAT(CheckMoney(stored_, town_), HasSubstr("held for o1: 9000"));
}

TEST_F(FoodCheckersTest, AChangeThatIsToldTwiceOrNever) {
  town_.watchers[kId].told.push_back(OrderView::STATUS_REFUNDED);
  EXPECT_THAT(CheckWatchers(stored_, town_), HasSubstr("a watcher of o1"));
  town_.watchers[kId].told.clear();
  EXPECT_THAT(CheckWatchers(stored_, town_), HasSubstr("a watcher of o1"));
}

TEST_F(FoodCheckersTest, APageThatWentBack) {
  stored_.shown[kId] = {OrderView::STATUS_REFUNDED, OrderView::STATUS_PAID};
  EXPECT_THAT(CheckWatchers(stored_, town_), HasSubstr("o1 went back"));
}

}  // namespace
}  // namespace maru::workload::food
