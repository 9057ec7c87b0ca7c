// Goal: every rule that domain.md (section 5) has for deliveries. Method: a table over all states,
// commands and events; no server, no store.
#include "services/fashion/delivery/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::fashion::delivery {
namespace {

using Row = std::optional<disk::Delivery>;
using Status = v1::Delivery;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

disk::Delivery StartedRow() {
  return Start(Proto<fashion::store::v1::StoreAccepted>(R"pb(
                 order_id: "o1"
                 store_id: "s1"
                 product_id: "p1"
                 product_name: "린넨 셔츠"
                 quantity: 2
                 customer_id: "kim"
                 customer_name: "김민수"
                 address: "서울 마포구 어울마당로 35"
               )pb"),
               kNow, "d1")
      .delivery;
}
disk::Delivery CompletedRow() { return Complete(StartedRow(), "d1", "jun", kNow)->delivery; }
disk::Delivery CanceledRow() { return Cancel(StartedRow(), kNow).delivery; }

TEST(DeliveryDomainTest, StartsWithoutARider) {
  EXPECT_THAT(ToApi(StartedRow()), IsProto(R"pb(
                id: "d1"
                order_id: "o1"
                store_id: "s1"
                product_id: "p1"
                product_name: "린넨 셔츠"
                quantity: 2
                customer_id: "kim"
                customer_name: "김민수"
                address: "서울 마포구 어울마당로 35"
                status: STATUS_STARTED
                start_time { seconds: 1700000000 }
              )pb"));
}

TEST(DeliveryDomainTest, CompletedByTheFirstRiderUnlessCanceled) {
  struct Case {
    std::string name;
    Row from;
    std::string rider;
    bool want_event;
    std::string want_reason;
  };
  for (const Case& c : std::vector<Case>{
           {"started", StartedRow(), "jun", true, ""},
           {"again", CompletedRow(), "jun", false, ""},
           {"second rider", CompletedRow(), "sora", false, "ALREADY_COMPLETED"},
           {"canceled", CanceledRow(), "jun", false, "DELIVERY_CANCELED"},
           {"unknown", std::nullopt, "jun", false, "NOT_FOUND"},
       }) {
    const auto result = Complete(c.from, "d1", c.rider, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->delivery.status(), Status::STATUS_COMPLETED) << c.name;
    EXPECT_EQ(result->delivery.rider_id(), "jun") << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
}

// What is final stays, whatever comes late or again.
TEST(DeliveryDomainTest, ACancelIsDecidedByStatus) {
  struct Case {
    std::string name;
    disk::Delivery from;
    Status::Status want_state;
    // Which of Told.
    size_t want_event;
  };
  for (const Case& c : std::vector<Case>{
           {"started", StartedRow(), Status::STATUS_CANCELED, 1},
           {"completed", CompletedRow(), Status::STATUS_COMPLETED, 2},
           {"canceled", CanceledRow(), Status::STATUS_CANCELED, 0},
       }) {
    const Decided decided = Cancel(c.from, kNow);
    EXPECT_EQ(decided.delivery.status(), c.want_state) << c.name;
    EXPECT_EQ(decided.event.index(), c.want_event) << c.name;
  }
}

TEST(DeliveryDomainTest, RidersSeeWhatIsOnItsWay) {
  const auto identity = [](std::string subject, options::v1::Role role) {
    return rpc::Identity{.subject = std::move(subject), .roles = {role}, .store_ids = {"s1"}};
  };
  const rpc::Identity sora = identity("sora", options::v1::ROLE_RIDER);
  EXPECT_TRUE(MaySee(StartedRow(), sora));
  EXPECT_FALSE(MaySee(CompletedRow(), sora));
  EXPECT_FALSE(MaySee(CanceledRow(), sora));
  EXPECT_TRUE(MaySee(CompletedRow(), identity("jun", options::v1::ROLE_RIDER)));
  EXPECT_TRUE(MaySee(CanceledRow(), identity("kim", options::v1::ROLE_CUSTOMER)));
  EXPECT_FALSE(MaySee(StartedRow(), identity("lee", options::v1::ROLE_CUSTOMER)));
  EXPECT_TRUE(MaySee(StartedRow(), identity("park", options::v1::ROLE_OWNER)));
}

}  // namespace
}  // namespace maru::fashion::delivery
