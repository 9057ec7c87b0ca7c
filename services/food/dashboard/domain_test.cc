// Goal: the row of an order is right whatever order topics come in, its status never goes back, and
// a watcher is told each shown status once (domain.md, section 4). Method: every order of a flow's
// events that its topics allow, against what must hold; no server, no store.
#include "services/food/dashboard/domain.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::food::dashboard {
namespace {

using View = v1::OrderView;

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
         customer_id: "kim"
         store_id: "s1"
         store_name: "김밥천국 홍대점"
         items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
         price: 18000
         currency_code: "KRW"
       )pb"),
       At(1), row);
}

// Which event it is: PAID stands for OrderPlaced. Happened at its number.
void Apply(Status status, disk::Row& row) {
  if (status == View::STATUS_PAID) {
    HearPlaced(row);
  } else {
    Hear(status, At(status), row);
  }
}

TEST(DashboardDomainTest, ShowsWhatWasOrderedAndWhen) {
  disk::Row row = Waiting();
  HearPlaced(row);
  Hear(View::STATUS_ACCEPTED, At(2), row);
  EXPECT_THAT(ToApi(row), IsProto(R"pb(
                order_id: "o1"
                store_name: "김밥천국 홍대점"
                items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
                price: 18000
                currency_code: "KRW"
                status: STATUS_ACCEPTED
                order_time { seconds: 1 }
                accept_time { seconds: 2 }
              )pb"));
}

TEST(DashboardDomainTest, WaitsUnseenForOrderPlaced) {
  disk::Row row = Waiting();
  Hear(View::STATUS_ACCEPTED, At(2), row);
  EXPECT_FALSE(IsShown(row));
  HearPlaced(row);
  EXPECT_TRUE(IsShown(row));
  EXPECT_EQ(StatusOf(row), View::STATUS_ACCEPTED) << "what was heard before is not lost";
  EXPECT_EQ(row.shown_size(), 1) << "PAID was overtaken";
  EXPECT_EQ(ToApi(row).order_time().seconds(), 1) << "its time is filled in";
}

TEST(DashboardDomainTest, AStatusThatWasOvertakenIsSkippedAndItsTimeFilledIn) {
  disk::Row row = Waiting();
  HearPlaced(row);
  Hear(View::STATUS_DELIVERING, At(5), row);
  Hear(View::STATUS_ACCEPTED, At(2), row);
  EXPECT_EQ(StatusOf(row), View::STATUS_DELIVERING);
  EXPECT_EQ(ToApi(row).accept_time().seconds(), 2);
  EXPECT_EQ(NewsAfter(View::STATUS_UNSPECIFIED, row).size(), 2);
}

TEST(DashboardDomainTest, WhatIsHeardTwiceChangesNothing) {
  disk::Row row = Waiting();
  for (int i = 0; i < 2; ++i) {
    HearPlaced(row);
    Hear(View::STATUS_ACCEPTED, At(2 + i), row);
  }
  EXPECT_EQ(row.heard_size(), 2);
  EXPECT_EQ(row.items_size(), 1);
  EXPECT_EQ(ToApi(row).accept_time().seconds(), 2);
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
    std::vector<Status> told;
    Status last = View::STATUS_UNSPECIFIED;
    while (true) {
      std::erase_if(left, [](const auto& topic) { return topic.empty(); });
      if (left.empty()) break;
      auto& topic = left[random() % left.size()];
      heard.push_back(topic.front());
      Apply(topic.front(), row);
      topic.pop_front();
      const bool placed = std::count(heard.begin(), heard.end(), View::STATUS_PAID) > 0;
      ASSERT_EQ(IsShown(row), placed);
      if (!placed) continue;
      ASSERT_EQ(StatusOf(row), *std::max_element(heard.begin(), heard.end()));
      // A watcher looks now and then.
      if (random() % 2 == 0) continue;
      for (const auto& response : NewsAfter(last, row)) {
        told.push_back(response.status());
        last = response.status();
      }
    }
    for (const auto& response : NewsAfter(last, row)) told.push_back(response.status());
    ASSERT_EQ(StatusOf(row), end);
    ASSERT_TRUE(std::is_sorted(told.begin(), told.end()));
    ASSERT_EQ(std::adjacent_find(told.begin(), told.end()), told.end()) << "told twice";
    ASSERT_EQ(told.back(), end);
    ASSERT_EQ(static_cast<int>(told.size()), row.shown_size()) << "each shown one is told";
    const View view = ToApi(row);
    ASSERT_EQ(view.order_time().seconds(), 1);
    for (const Status status : heard) {
      ASSERT_TRUE(std::any_of(row.heard().begin(), row.heard().end(), [status](const auto& change) {
        return change.status() == status && change.time().seconds() == status;
      }));
    }
  }
}

TEST(DashboardDomainTest, ADeliveredOrderInEveryOrderOfTopics) {
  PlayEveryWay({{View::STATUS_PAID},
                {View::STATUS_ACCEPTED, View::STATUS_COOKING, View::STATUS_COOKED},
                {View::STATUS_DELIVERING, View::STATUS_PICKED_UP, View::STATUS_DELIVERED}},
               View::STATUS_DELIVERED);
}

TEST(DashboardDomainTest, ACanceledOrderInEveryOrderOfTopics) {
  PlayEveryWay({{View::STATUS_PAID, View::STATUS_CANCELED},
                {View::STATUS_ACCEPTED, View::STATUS_COOKING},
                {View::STATUS_REFUNDED}},
               View::STATUS_REFUNDED);
}

TEST(DashboardDomainTest, ARejectedOrderInEveryOrderOfTopics) {
  PlayEveryWay({{View::STATUS_PAID}, {View::STATUS_STORE_REJECTED}, {View::STATUS_REFUNDED}},
               View::STATUS_REFUNDED);
}

TEST(DashboardDomainTest, AWatchPositionIsOfItsOrder) {
  const std::string position = EncodeWatchPosition("o1", View::STATUS_COOKING);
  EXPECT_EQ(*DecodeWatchPosition(position, "o1"), View::STATUS_COOKING);
  EXPECT_EQ(*DecodeWatchPosition("", "o1"), View::STATUS_UNSPECIFIED);
  for (const std::string& bad : {position.substr(1), std::string("%%%"), std::string("자리"),
                                 EncodeWatchPosition("o1", View::STATUS_UNSPECIFIED),
                                 EncodeWatchPosition("o2", View::STATUS_PAID)}) {
    EXPECT_EQ(rpc::ReasonOf(DecodeWatchPosition(bad, "o1").status()), "INVALID_POSITION") << bad;
  }
}

TEST(DashboardDomainTest, NothingComesBehindDeliveredAndRefunded) {
  for (int status = View::STATUS_PAID; status <= View::STATUS_REFUNDED; ++status) {
    EXPECT_EQ(IsLast(static_cast<Status>(status)),
              status == View::STATUS_DELIVERED || status == View::STATUS_REFUNDED);
  }
}

}  // namespace
}  // namespace maru::food::dashboard
