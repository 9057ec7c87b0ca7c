// Goal: every rule that domain.md (section 4) has for deliveries. Method: a table over all states
// and commands; no server, no store.
#include "services/food/delivery/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::food::delivery {
namespace {

using Row = std::optional<disk::Delivery>;
using Status = v1::Delivery;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

disk::Delivery StartedRow() {
  return Start(Proto<food::store::v1::CookFinished>(R"pb(
                 order_id: "o1"
                 store_id: "s1"
                 customer_id: "kim"
                 address: "서울 마포구 어울마당로 35"
               )pb"),
               kNow, "d1")
      .delivery;
}
disk::Delivery PickedUpRow() { return PickUp(StartedRow(), "d1", "jun", kNow)->delivery; }
disk::Delivery CompletedRow() { return Complete(PickedUpRow(), "d1", "jun", kNow)->delivery; }

TEST(DeliveryDomainTest, StartsWithoutARider) {
  EXPECT_THAT(ToApi(StartedRow()), IsProto(R"pb(
                id: "d1"
                order_id: "o1"
                store_id: "s1"
                customer_id: "kim"
                address: "서울 마포구 어울마당로 35"
                status: STATUS_STARTED
                start_time { seconds: 1700000000 }
              )pb"));
}

struct Case {
  std::string name;
  Row from;
  std::string rider;
  // Unspecified where it is refused.
  Status::Status want_state;
  bool want_event;
  std::string want_reason;
};

TEST(DeliveryDomainTest, TheFirstPickUpSetsTheRider) {
  const auto refused = Status::STATUS_UNSPECIFIED;
  for (const Case& c : std::vector<Case>{
           {"started", StartedRow(), "jun", Status::STATUS_PICKED_UP, true, ""},
           {"again", PickedUpRow(), "jun", Status::STATUS_PICKED_UP, false, ""},
           {"again, late", CompletedRow(), "jun", Status::STATUS_COMPLETED, false, ""},
           {"second rider", PickedUpRow(), "sora", refused, false, "ALREADY_PICKED_UP"},
           {"second rider, late", CompletedRow(), "sora", refused, false, "ALREADY_PICKED_UP"},
           {"unknown", std::nullopt, "jun", refused, false, "NOT_FOUND"},
       }) {
    const auto result = PickUp(c.from, "d1", c.rider, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->delivery.status(), c.want_state) << c.name;
    EXPECT_EQ(result->delivery.rider_id(), "jun") << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_THAT(*PickUp(StartedRow(), "d1", "jun", kNow)->event, IsProto(R"pb(
    delivery_id: "d1"
    order_id: "o1"
    store_id: "s1"
    customer_id: "kim"
    rider_id: "jun"
  )pb"));
}

TEST(DeliveryDomainTest, OnlyTheRiderWhoPickedItUpCompletes) {
  const auto refused = Status::STATUS_UNSPECIFIED;
  for (const Case& c : std::vector<Case>{
           {"picked up", PickedUpRow(), "jun", Status::STATUS_COMPLETED, true, ""},
           {"again", CompletedRow(), "jun", Status::STATUS_COMPLETED, false, ""},
           {"another's", PickedUpRow(), "sora", refused, false, "ALREADY_PICKED_UP"},
           {"another's, late", CompletedRow(), "sora", refused, false, "ALREADY_PICKED_UP"},
           {"nobody's", StartedRow(), "jun", refused, false, "NOT_PICKED_UP"},
           {"unknown", std::nullopt, "jun", refused, false, "NOT_FOUND"},
       }) {
    const auto result = Complete(c.from, "d1", c.rider, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->delivery.status(), c.want_state) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_TRUE(CompletedRow().has_complete_time());
}

TEST(DeliveryDomainTest, RidersSeeWhatNobodyTook) {
  const auto identity = [](std::string subject, options::v1::Role role) {
    return rpc::Identity{.subject = std::move(subject), .roles = {role}, .store_ids = {"s1"}};
  };
  const rpc::Identity sora = identity("sora", options::v1::ROLE_RIDER);
  EXPECT_TRUE(MaySee(StartedRow(), sora));
  EXPECT_FALSE(MaySee(PickedUpRow(), sora));
  EXPECT_TRUE(MaySee(PickedUpRow(), identity("jun", options::v1::ROLE_RIDER)));
  EXPECT_TRUE(MaySee(PickedUpRow(), identity("kim", options::v1::ROLE_CUSTOMER)));
  EXPECT_FALSE(MaySee(StartedRow(), identity("lee", options::v1::ROLE_CUSTOMER)));
  EXPECT_TRUE(MaySee(PickedUpRow(), identity("park", options::v1::ROLE_OWNER)));
}

}  // namespace
}  // namespace maru::food::delivery
