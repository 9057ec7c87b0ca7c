// Goal: every rule that domain.md (section 3) has for reservations. Method: a table over all
// states, commands and events; no server, no store.
#include "services/books/reservation/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::books::reservation {
namespace {

using Row = std::optional<disk::Reservation>;
using Status = v1::Reservation;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

disk::Reservation Reserved() { return Reserve("토지", "minsu", kNow, "r1"); }
disk::Reservation Delivered() { return *Deliver(Reserved(), kNow); }
disk::Reservation OutOfStock() { return *RunOut(Reserved(), kNow); }
disk::Reservation Given(const disk::Reservation& row) {
  return Cancel(row, "r1", "minsu", kNow)->reservation;
}

TEST(ReservationDomainTest, ReservesForTheCaller) {
  EXPECT_THAT(ToApi(Reserved()), IsProto(R"pb(
                id: "r1"
                book_id: "토지"
                customer_id: "minsu"
                status: STATUS_RESERVED
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_THAT(ReservedOf(Reserved()),
              IsProto("reservation_id: 'r1' book_id: '토지' customer_id: 'minsu'"));
}

TEST(ReservationDomainTest, TheCustomerCancelsOnceAndTheFirstReasonStays) {
  struct Case {
    std::string name;
    Row from;
    std::string customer;
    Status::Reason want;
    bool want_event;
    std::string want_reason;
  };
  for (const Case& c : std::vector<Case>{
           {"reserved", Reserved(), "minsu", Status::REASON_CUSTOMER, true, ""},
           {"delivered", Delivered(), "minsu", Status::REASON_CUSTOMER, true, ""},
           {"again", Given(Reserved()), "minsu", Status::REASON_CUSTOMER, false, ""},
           {"out of stock", OutOfStock(), "minsu", Status::REASON_OUT_OF_STOCK, false, ""},
           {"another's", Reserved(), "lee", Status::REASON_UNSPECIFIED, false, "NOT_FOUND"},
           {"unknown", std::nullopt, "minsu", Status::REASON_UNSPECIFIED, false, "NOT_FOUND"},
       }) {
    const auto result = Cancel(c.from, "r1", c.customer, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->reservation.status(), Status::STATUS_CANCELED) << c.name;
    EXPECT_EQ(result->reservation.reason(), c.want) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
}

TEST(ReservationDomainTest, LateAndDoubledEventsChangeNothing) {
  EXPECT_EQ(Deliver(Reserved(), kNow)->status(), Status::STATUS_DELIVERED);
  EXPECT_EQ(RunOut(Reserved(), kNow)->status(), Status::STATUS_CANCELED);
  for (const disk::Reservation& row :
       {Delivered(), OutOfStock(), Given(Reserved()), Given(Delivered())}) {
    EXPECT_FALSE(Deliver(row, kNow).has_value());
    EXPECT_FALSE(RunOut(row, kNow).has_value());
  }
}

}  // namespace
}  // namespace maru::books::reservation
