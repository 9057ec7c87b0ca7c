// Goal: the row of an order is right whatever order topics come in, and no status of it goes back
// (domain.md, section 5). Method: many orders of a flow's events that its topics allow, against a
// naive model; no server, no store.
#include "services/fashion/orderview/domain.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::fashion::orderview {
namespace {

using View = v1::OrderStatus;

Time At(int64_t seconds) {
  Time time;
  time.set_seconds(seconds);
  return time;
}

disk::Row Waiting() {
  disk::Row row;
  row.set_order_id("o1");
  return row;
}

void HearPlaced(disk::Row& row) {
  Show(Proto<order::v1::OrderPlaced>(R"pb(
         order_id: "o1"
         store_id: "s1"
         product_id: "p1"
         product_name: "린넨 셔츠"
         quantity: 2
         customer_id: "kim"
         price: 78000
       )pb"),
       At(View::STATUS_PAID), row);
}

// Which event it is: PAID stands for OrderPlaced. Happened at its number.
void Apply(Status status, disk::Row& row) {
  if (status == View::STATUS_PAID) {
    HearPlaced(row);
  } else {
    Hear(status, At(status), row);
  }
}

TEST(OrderviewDomainTest, ShowsWhatWasOrderedAndWhereItIs) {
  disk::Row row = Waiting();
  HearPlaced(row);
  Hear(View::STATUS_ACCEPTED, At(2), row);
  HearDelivery(View::DELIVERY_STATUS_STARTED, "d1", row);
  Hear(View::STATUS_DELIVERING, At(3), row);
  EXPECT_THAT(ToApi(row), IsProto(R"pb(
                order_id: "o1"
                product_id: "p1"
                product_name: "린넨 셔츠"
                quantity: 2
                order_status: STATUS_DELIVERING
                delivery_id: "d1"
                delivery_status: DELIVERY_STATUS_STARTED
                order_time { seconds: 1 }
                accept_time { seconds: 2 }
                start_time { seconds: 3 }
              )pb"));
}

TEST(OrderviewDomainTest, WaitsUnseenForOrderPlaced) {
  disk::Row row = Waiting();
  Hear(View::STATUS_ACCEPTED, At(2), row);
  HearDelivery(View::DELIVERY_STATUS_CANCELED, "", row);
  EXPECT_FALSE(IsShown(row));
  HearPlaced(row);
  EXPECT_TRUE(IsShown(row));
  EXPECT_EQ(row.order_status(), View::STATUS_ACCEPTED) << "what was heard before is not lost";
  EXPECT_EQ(row.delivery_status(), View::DELIVERY_STATUS_CANCELED);
  EXPECT_EQ(ToApi(row).order_time().seconds(), 1);
}

TEST(OrderviewDomainTest, WhatIsHeardTwiceChangesNothing) {
  disk::Row row = Waiting();
  HearPlaced(row);
  Hear(View::STATUS_ACCEPTED, At(2), row);
  const disk::Row once = row;
  HearPlaced(row);
  Hear(View::STATUS_ACCEPTED, At(9), row);
  EXPECT_EQ(row.SerializeAsString(), once.SerializeAsString());
}

TEST(OrderviewDomainTest, ADeliverysStatusNeverGoesBack) {
  disk::Row row = Waiting();
  HearDelivery(View::DELIVERY_STATUS_COMPLETED, "d1", row);
  HearDelivery(View::DELIVERY_STATUS_STARTED, "d1", row);
  EXPECT_EQ(row.delivery_status(), View::DELIVERY_STATUS_COMPLETED);
}

// The time that is shown of a status; 0: absent.
int64_t TimeOf(Status status, const View& view) {
  const Time times[] = {view.order_time(),    view.accept_time(), view.start_time(),
                        view.complete_time(), view.cancel_time(), view.refund_time()};
  return times[status - View::STATUS_PAID].seconds();
}

// Each topic keeps its order, topics come in any; after each event the row is what a naive model
// says.
void PlayEveryWay(const std::vector<std::vector<Status>>& topics, Status end) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::deque<Status>> left;
    for (const auto& topic : topics) left.emplace_back(topic.begin(), topic.end());
    disk::Row row = Waiting();
    std::vector<Status> heard;
    while (true) {
      std::erase_if(left, [](const auto& topic) { return topic.empty(); });
      if (left.empty()) break;
      auto& topic = left[random() % left.size()];
      heard.push_back(topic.front());
      Apply(topic.front(), row);
      topic.pop_front();
      const bool placed = std::count(heard.begin(), heard.end(), View::STATUS_PAID) > 0;
      ASSERT_EQ(IsShown(row), placed);
      ASSERT_EQ(row.order_status(), *std::max_element(heard.begin(), heard.end()));
    }
    ASSERT_EQ(row.order_status(), end);
    const View view = ToApi(row);
    for (int status = View::STATUS_PAID; status <= View::STATUS_REFUNDED; ++status) {
      const bool came = std::count(heard.begin(), heard.end(), status) > 0;
      ASSERT_EQ(TimeOf(static_cast<Status>(status), view), came ? status : 0);
    }
  }
}

TEST(OrderviewDomainTest, ACompletedOrderInEveryOrderOfTopics) {
  PlayEveryWay({{View::STATUS_PAID},
                {View::STATUS_ACCEPTED},
                {View::STATUS_DELIVERING, View::STATUS_COMPLETED}},
               View::STATUS_COMPLETED);
}

TEST(OrderviewDomainTest, ACanceledOrderInEveryOrderOfTopics) {
  PlayEveryWay({{View::STATUS_PAID, View::STATUS_CANCELED},
                {View::STATUS_ACCEPTED},
                {View::STATUS_DELIVERING},
                {View::STATUS_REFUNDED}},
               View::STATUS_REFUNDED);
}

}  // namespace
}  // namespace maru::fashion::orderview
