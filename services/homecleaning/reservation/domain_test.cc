// Goal: every line of the status of a reservation (domain.md, section 2), and that none goes back.
// Method: a table over all states and all commands and events; no server, no store.
#include "services/homecleaning/reservation/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::homecleaning::reservation {
namespace {

using Status = v1::CleaningReservation;
using Row = std::optional<disk::Reservation>;
using payment::v1::PAY_KIND_BANK;
using payment::v1::PAY_KIND_CREDIT;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

constexpr char kRequest[] = R"pb(
  request_date { seconds: 1800000000 }
  place: "서울 마포구 어울마당로 35"
  customer_name: "김민수"
  price: 20000
)pb";

disk::Reservation In(Status::Status status) {
  disk::Reservation row = Request(Proto<v1::RequestCleaningRequest>(kRequest), "minsu", kNow, "r1");
  row.set_status(status);
  return row;
}
disk::Reservation CanceledWhilePending() {
  disk::Reservation row = In(Status::STATUS_REJECTED);
  row.set_canceled_while_pending(true);
  return row;
}

TEST(ReservationDomainTest, RequestIsByCreditAndInWonUnlessSaid) {
  EXPECT_THAT(ToApi(In(Status::STATUS_PENDING)), IsProto(R"pb(
                id: "r1"
                request_date { seconds: 1800000000 }
                place: "서울 마포구 어울마당로 35"
                customer_name: "김민수"
                customer_id: "minsu"
                price: 20000
                currency_code: "KRW"
                pay_kind: PAY_KIND_CREDIT
                status: STATUS_PENDING
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  auto request = Proto<v1::RequestCleaningRequest>(kRequest);
  request.set_pay_kind(PAY_KIND_BANK);
  request.set_currency_code("USD");
  const disk::Reservation row = Request(request, "minsu", kNow, "r1");
  EXPECT_EQ(row.pay_kind(), PAY_KIND_BANK);
  EXPECT_EQ(row.currency_code(), "USD");
}

TEST(ReservationDomainTest, RequestedTellsWhatItsListenersNeed) {
  EXPECT_THAT(RequestedOf(In(Status::STATUS_PAID)), IsProto(R"pb(
                reservation_id: "r1"
                request_date { seconds: 1800000000 }
                place: "서울 마포구 어울마당로 35"
                customer_name: "김민수"
                customer_id: "minsu"
                price: 20000
                currency_code: "KRW"
                pay_kind: PAY_KIND_CREDIT
              )pb"));
}

TEST(ReservationDomainTest, CancelByStatus) {
  struct Case {
    std::string name;
    Row from;
    std::string who;
    Status::Status want_state;
    bool want_event;
    std::string want_reason;
  };
  const auto none = Status::STATUS_UNSPECIFIED;
  for (const Case& c : std::vector<Case>{
           {"paid", In(Status::STATUS_PAID), "minsu", Status::STATUS_CANCELED, true, ""},
           {"again", In(Status::STATUS_CANCELED), "minsu", Status::STATUS_CANCELED, false, ""},
           {"refunded", In(Status::STATUS_REFUNDED), "minsu", Status::STATUS_REFUNDED, false, ""},
           {"canceled while pending", CanceledWhilePending(), "minsu", Status::STATUS_REJECTED,
            false, ""},
           {"rejected", In(Status::STATUS_REJECTED), "minsu", none, false, "NOT_CANCELABLE"},
           {"cleaned", In(Status::STATUS_CLEANED), "minsu", none, false, "NOT_CANCELABLE"},
           {"pending", In(Status::STATUS_PENDING), "minsu", none, false, "OUTCOME_PENDING"},
           {"another's", In(Status::STATUS_PAID), "younghee", none, false, "NOT_FOUND"},
           {"unknown", std::nullopt, "minsu", none, false, "NOT_FOUND"},
       }) {
    const auto result = Cancel(c.from, "r1", c.who, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->reservation.status(), c.want_state) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_THAT(*Cancel(In(Status::STATUS_PAID), "r1", "minsu", kNow)->event,
              IsProto(R"pb(reservation_id: "r1" customer_id: "minsu")pb"));
}

// PENDING and REJECTED rows ignore what would change their status; CANCELED stands against a
// cleaning that was finished meanwhile; what is final stays.
TEST(ReservationDomainTest, EventsByStatus) {
  struct Case {
    Status::Status from;
    Status::Status after_cleaning_confirmed;
    Status::Status after_payment_canceled;
  };
  for (const Case& c : std::vector<Case>{
           {Status::STATUS_PENDING, Status::STATUS_PENDING, Status::STATUS_PENDING},
           {Status::STATUS_PAID, Status::STATUS_CLEANED, Status::STATUS_PAID},
           {Status::STATUS_CLEANED, Status::STATUS_CLEANED, Status::STATUS_CLEANED},
           {Status::STATUS_CANCELED, Status::STATUS_CANCELED, Status::STATUS_REFUNDED},
           {Status::STATUS_REFUNDED, Status::STATUS_REFUNDED, Status::STATUS_REFUNDED},
           {Status::STATUS_REJECTED, Status::STATUS_REJECTED, Status::STATUS_REJECTED},
       }) {
    const disk::Reservation row = In(c.from);
    EXPECT_EQ(Clean(row, kNow).value_or(row).status(), c.after_cleaning_confirmed)
        << Status::Status_Name(c.from);
    EXPECT_EQ(Refund(row, kNow).value_or(row).status(), c.after_payment_canceled)
        << Status::Status_Name(c.from);
  }
}

TEST(ReservationDomainTest, TheKindOfTheHighestSequenceWins) {
  const auto bank = TakeKind(In(Status::STATUS_PAID), PAY_KIND_BANK, 7, kNow);
  EXPECT_EQ(bank->pay_kind(), PAY_KIND_BANK);
  EXPECT_FALSE(TakeKind(*bank, PAY_KIND_CREDIT, 6, kNow).has_value());
  EXPECT_EQ(TakeKind(*bank, PAY_KIND_CREDIT, 8, kNow)->pay_kind(), PAY_KIND_CREDIT);
  // It may be changed before payment's first answer is known here.
  EXPECT_EQ(TakeKind(In(Status::STATUS_PENDING), PAY_KIND_BANK, 7, kNow)->status(),
            Status::STATUS_PENDING);
}

TEST(ReservationDomainTest, ListsLeaveOutWhatEndedWithoutACleaning) {
  EXPECT_TRUE(IsActive(In(Status::STATUS_PENDING)));
  EXPECT_TRUE(IsActive(In(Status::STATUS_PAID)));
  EXPECT_TRUE(IsActive(In(Status::STATUS_CLEANED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_CANCELED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REFUNDED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REJECTED)));
}

}  // namespace
}  // namespace maru::homecleaning::reservation
