// Goal: every rule that domain.md (section 3) has for deliveries. Method: a table over all states
// and events; no server, no store.
#include "services/books/delivery/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::books::delivery {
namespace {

using Status = v1::Delivery;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

disk::Delivery In(Status::Status status) {
  disk::Delivery row = Request(
      Proto<reservation::v1::Reserved>("reservation_id: 'r1' book_id: '토지' customer_id: 'minsu'"),
      kNow, "d1");
  row.set_status(status);
  return row;
}

TEST(DeliveryDomainTest, BeginsWithWhatTheReservationSays) {
  EXPECT_THAT(ToApi(In(Status::STATUS_REQUESTED)), IsProto(R"pb(
                id: "d1"
                reservation_id: "r1"
                book_id: "토지"
                customer_id: "minsu"
                status: STATUS_REQUESTED
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  const std::string told =
      "reservation_id: 'r1' delivery_id: 'd1' book_id: '토지' customer_id: 'minsu'";
  EXPECT_THAT(RequestedOf(In(Status::STATUS_REQUESTED)), IsProto(told));
  EXPECT_THAT(DeliveredOf(In(Status::STATUS_DELIVERED)), IsProto(told));
  EXPECT_THAT(CanceledOf(In(Status::STATUS_CANCELED)), IsProto(told));
}

TEST(DeliveryDomainTest, GoesForwardOnly) {
  using Rule = std::optional<disk::Delivery> (*)(const disk::Delivery&, absl::Time);
  constexpr Status::Status kNothing = Status::STATUS_UNSPECIFIED;
  struct Case {
    std::string name;
    Status::Status from;
    Rule rule;
    Status::Status want;
  };
  for (const Case& c : std::vector<Case>{
           {"issued", Status::STATUS_REQUESTED, Deliver, Status::STATUS_DELIVERED},
           {"issued twice", Status::STATUS_DELIVERED, Deliver, kNothing},
           {"issued when failed", Status::STATUS_FAILED, Deliver, kNothing},
           {"issued when canceled", Status::STATUS_CANCELED, Deliver, kNothing},
           {"out of stock", Status::STATUS_REQUESTED, Fail, Status::STATUS_FAILED},
           {"out of stock when delivered", Status::STATUS_DELIVERED, Fail, kNothing},
           {"out of stock twice", Status::STATUS_FAILED, Fail, kNothing},
           {"out of stock when canceled", Status::STATUS_CANCELED, Fail, kNothing},
           {"canceled before", Status::STATUS_REQUESTED, Cancel, Status::STATUS_CANCELED},
           {"given back", Status::STATUS_DELIVERED, Cancel, Status::STATUS_CANCELED},
           {"canceled when failed", Status::STATUS_FAILED, Cancel, kNothing},
           {"canceled twice", Status::STATUS_CANCELED, Cancel, kNothing},
       }) {
    const auto moved = c.rule(In(c.from), kNow);
    EXPECT_EQ(moved.has_value() ? moved->status() : kNothing, c.want) << c.name;
  }
}

}  // namespace
}  // namespace maru::books::delivery
