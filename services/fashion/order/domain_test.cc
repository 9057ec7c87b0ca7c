// Goal: every line of the status of an order (domain.md, section 5), and that none goes back.
// Method: a table over all states and all commands and events; no server, no store.
#include "services/fashion/order/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::fashion::order {
namespace {

using Row = std::optional<disk::Order>;
using Status = v1::Order;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

constexpr char kRequest[] = R"pb(
  product_id: "p1"
  option_id: "v1"
  quantity: 2
  customer_name: "김민수"
  customer_address: "서울 마포구 어울마당로 35"
)pb";

disk::Order In(Status::Status status) {
  disk::Order row = Place(Proto<v1::PlaceOrderRequest>(kRequest), "kim", kNow, "o1");
  TakeProduct(Proto<product::v1::ReserveResponse>(R"pb(
                store_id: "s1"
                product_name: "린넨 셔츠"
                unit_price: 39000
                currency_code: "KRW"
              )pb"),
              row);
  row.set_status(status);
  return row;
}
disk::Order Requested(disk::Order row) {
  row.set_cancel_requested(true);
  return row;
}
disk::Order ByItsCustomer(disk::Order row) {
  row.set_canceled(true);
  return row;
}

TEST(OrderDomainTest, ThePriceIsThatOfThePiecesWhenTheyWereReserved) {
  EXPECT_THAT(ToApi(In(Status::STATUS_PENDING)), IsProto(R"pb(
                id: "o1"
                product_id: "p1"
                option_id: "v1"
                quantity: 2
                product_name: "린넨 셔츠"
                store_id: "s1"
                customer_id: "kim"
                customer_name: "김민수"
                customer_address: "서울 마포구 어울마당로 35"
                price: 78000
                currency_code: "KRW"
                pay_kind: PAY_KIND_CREDIT
                status: STATUS_PENDING
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
}

TEST(OrderDomainTest, PlacedTellsWhatItsListenersNeed) {
  EXPECT_THAT(PlacedOf(In(Status::STATUS_PAID)), IsProto(R"pb(
                order_id: "o1"
                store_id: "s1"
                product_id: "p1"
                option_id: "v1"
                product_name: "린넨 셔츠"
                quantity: 2
                customer_id: "kim"
                customer_name: "김민수"
                address: "서울 마포구 어울마당로 35"
                price: 78000
                currency_code: "KRW"
              )pb"));
}

TEST(OrderDomainTest, CancelByStatus) {
  struct Case {
    std::string name;
    Row from;
    std::string who;
    bool want_flag;
    bool want_event;
    std::string want_reason;
  };
  for (const Case& c : std::vector<Case>{
           {"paid", In(Status::STATUS_PAID), "kim", true, true, ""},
           {"accepted", In(Status::STATUS_ACCEPTED), "kim", true, true, ""},
           {"delivering", In(Status::STATUS_DELIVERING), "kim", true, true, ""},
           {"again", Requested(In(Status::STATUS_DELIVERING)), "kim", true, false, ""},
           {"canceled", ByItsCustomer(Requested(In(Status::STATUS_CANCELED))), "kim", true, false,
            ""},
           {"canceled and refunded", ByItsCustomer(Requested(In(Status::STATUS_REFUNDED))), "kim",
            true, false, ""},
           {"canceled while pending", ByItsCustomer(In(Status::STATUS_REJECTED)), "kim", false,
            false, ""},
           {"rejected", In(Status::STATUS_REJECTED), "kim", false, false, "NOT_CANCELABLE"},
           {"refunded, the delivery not heard yet", Requested(In(Status::STATUS_REFUNDED)), "kim",
            true, false, ""},
           {"completed", In(Status::STATUS_COMPLETED), "kim", false, false, "NOT_CANCELABLE"},
           {"pending", In(Status::STATUS_PENDING), "kim", false, false, "OUTCOME_PENDING"},
           {"another's", In(Status::STATUS_PAID), "lee", false, false, "NOT_FOUND"},
           {"unknown", std::nullopt, "kim", false, false, "NOT_FOUND"},
       }) {
    const auto result = AskToCancel(c.from, "o1", c.who, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->order.status(), c.from->status()) << c.name << ": the delivery decides";
    EXPECT_EQ(result->order.cancel_requested(), c.want_flag) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_THAT(*AskToCancel(In(Status::STATUS_PAID), "o1", "kim", kNow)->event, IsProto(R"pb(
    order_id: "o1"
    store_id: "s1"
    product_id: "p1"
    product_name: "린넨 셔츠"
    quantity: 2
    customer_id: "kim"
    customer_name: "김민수"
    address: "서울 마포구 어울마당로 35"
  )pb"));
}

// Each event against each status: it rises or stays; PENDING and REJECTED stay.
TEST(OrderDomainTest, AStatusNeverGoesBack) {
  for (int from = Status::STATUS_PENDING; from <= Status::STATUS_REJECTED; ++from) {
    for (int to = Status::STATUS_ACCEPTED; to <= Status::STATUS_REFUNDED; ++to) {
      const disk::Order row = In(static_cast<Status::Status>(from));
      const Row risen = Rise(row, static_cast<Status::Status>(to), kNow);
      const bool deaf = from == Status::STATUS_PENDING || from == Status::STATUS_REJECTED;
      EXPECT_EQ(risen.value_or(row).status(), deaf ? from : std::max(from, to));
    }
  }
}

TEST(OrderDomainTest, DeliveryCanceledEndsItOnceInAnyStatus) {
  for (int from = Status::STATUS_PENDING; from <= Status::STATUS_REJECTED; ++from) {
    const auto status = static_cast<Status::Status>(from);
    SCOPED_TRACE(Status::Status_Name(status));
    const auto canceled = Cancel(In(status), kNow);
    const bool deaf = from == Status::STATUS_PENDING || from == Status::STATUS_REJECTED;
    ASSERT_EQ(canceled.has_value(), !deaf);
    if (deaf) continue;
    EXPECT_EQ(canceled->order.status(), std::max(status, Status::STATUS_CANCELED));
    EXPECT_THAT(canceled->event,
                IsProto(R"pb(order_id: "o1" store_id: "s1" customer_id: "kim")pb"));
    EXPECT_FALSE(Cancel(canceled->order, kNow).has_value());
  }
}

TEST(OrderDomainTest, ARefusedCancelClearsTheFlag) {
  EXPECT_FALSE(RefuseCancel(Requested(In(Status::STATUS_COMPLETED)), kNow)->cancel_requested());
  EXPECT_FALSE(RefuseCancel(In(Status::STATUS_COMPLETED), kNow).has_value());
}

TEST(OrderDomainTest, ListsLeaveOutWhatEndedWithoutADelivery) {
  EXPECT_TRUE(IsActive(In(Status::STATUS_PENDING)));
  EXPECT_TRUE(IsActive(In(Status::STATUS_COMPLETED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_CANCELED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REFUNDED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REJECTED)));
}

}  // namespace
}  // namespace maru::fashion::order
