// Goal: every line of the status of an order (domain.md, section 4), and that none goes back.
// Method: a table over all states and all commands and events; no server, no store.
#include "services/food/order/domain.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::food::order {
namespace {

using Row = std::optional<disk::Order>;
using Status = v1::Order;
using rpc::ReasonOf;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

constexpr char kRequest[] = R"pb(
  store_id: "s1"
  store_name: "김밥천국 홍대점"
  items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
  items { item_name: "공기밥" quantity: 3 unit_price: 1000 }
  address: "서울 마포구 어울마당로 35"
)pb";

disk::Order In(Status::Status status) {
  disk::Order row = *Place(Proto<v1::PlaceOrderRequest>(kRequest), "kim", kNow, "o1");
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

TEST(OrderDomainTest, ThePriceIsTheSumOfTheItems) {
  EXPECT_THAT(ToApi(In(Status::STATUS_PENDING)), IsProto(R"pb(
                id: "o1"
                customer_id: "kim"
                store_id: "s1"
                store_name: "김밥천국 홍대점"
                items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
                items { item_name: "공기밥" quantity: 3 unit_price: 1000 }
                price: 21000
                currency_code: "KRW"
                pay_kind: PAY_KIND_CREDIT
                address: "서울 마포구 어울마당로 35"
                status: STATUS_PENDING
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  const auto violation = [](const v1::PlaceOrderRequest& request) {
    const auto row = Place(request, "kim", kNow, "o1");
    const auto bad = rpc::BadRequestOf(row.status());
    return bad.has_value() ? bad->field_violations(0).field() : "";
  };
  auto request = Proto<v1::PlaceOrderRequest>(kRequest);
  request.set_price(21000);
  EXPECT_EQ(violation(request), "");
  request.set_price(20999);
  EXPECT_EQ(violation(request), "price");
  request.set_price(0);
  for (v1::OrderItem& item : *request.mutable_items()) item.set_unit_price(0);
  EXPECT_EQ(violation(request), "items") << "nothing to pay";
  for (v1::OrderItem& item : *request.mutable_items()) {
    item.set_quantity(1000);
    item.set_unit_price(1'000'000'000);
  }
  EXPECT_EQ(violation(request), "items") << "more than payment takes";
}

TEST(OrderDomainTest, PlacedTellsWhatItsListenersNeed) {
  EXPECT_THAT(PlacedOf(In(Status::STATUS_PAID)), IsProto(R"pb(
                order_id: "o1"
                customer_id: "kim"
                store_id: "s1"
                store_name: "김밥천국 홍대점"
                items { item_name: "김치찌개" quantity: 2 unit_price: 9000 }
                items { item_name: "공기밥" quantity: 3 unit_price: 1000 }
                price: 21000
                currency_code: "KRW"
                address: "서울 마포구 어울마당로 35"
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
           {"cooking", In(Status::STATUS_COOKING), "kim", true, true, ""},
           {"again", Requested(In(Status::STATUS_COOKING)), "kim", true, false, ""},
           {"canceled", ByItsCustomer(Requested(In(Status::STATUS_CANCELED))), "kim", true, false,
            ""},
           {"canceled and refunded", ByItsCustomer(Requested(In(Status::STATUS_REFUNDED))), "kim",
            true, false, ""},
           {"canceled while pending", ByItsCustomer(In(Status::STATUS_REJECTED)), "kim", false,
            false, ""},
           {"rejected", In(Status::STATUS_REJECTED), "kim", false, false, "NOT_CANCELABLE"},
           {"rejected by the store", In(Status::STATUS_STORE_REJECTED), "kim", false, false,
            "NOT_CANCELABLE"},
           {"rejected and refunded", In(Status::STATUS_REFUNDED), "kim", false, false,
            "NOT_CANCELABLE"},
           {"cooked", In(Status::STATUS_COOKED), "kim", false, false, "NOT_CANCELABLE"},
           {"delivering", In(Status::STATUS_DELIVERING), "kim", false, false, "NOT_CANCELABLE"},
           {"picked up", In(Status::STATUS_PICKED_UP), "kim", false, false, "NOT_CANCELABLE"},
           {"delivered", In(Status::STATUS_DELIVERED), "kim", false, false, "NOT_CANCELABLE"},
           {"pending", In(Status::STATUS_PENDING), "kim", false, false, "OUTCOME_PENDING"},
           {"another's", In(Status::STATUS_PAID), "lee", false, false, "NOT_FOUND"},
           {"unknown", std::nullopt, "kim", false, false, "NOT_FOUND"},
       }) {
    const auto result = AskToCancel(c.from, "o1", c.who, kNow);
    EXPECT_EQ(ReasonOf(result.status()), c.want_reason) << c.name;
    if (!result.ok()) continue;
    EXPECT_EQ(result->order.status(), c.from->status()) << c.name << ": the store decides";
    EXPECT_EQ(result->order.cancel_requested(), c.want_flag) << c.name;
    EXPECT_EQ(result->event.has_value(), c.want_event) << c.name;
  }
  EXPECT_THAT(*AskToCancel(In(Status::STATUS_PAID), "o1", "kim", kNow)->event,
              IsProto(R"pb(order_id: "o1" customer_id: "kim" store_id: "s1")pb"));
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

TEST(OrderDomainTest, StoreCanceledEndsItOnceInAnyStatus) {
  for (int from = Status::STATUS_PENDING; from <= Status::STATUS_REJECTED; ++from) {
    const auto status = static_cast<Status::Status>(from);
    SCOPED_TRACE(Status::Status_Name(status));
    const auto canceled = Cancel(In(status), kNow);
    const bool deaf = from == Status::STATUS_PENDING || from == Status::STATUS_REJECTED;
    ASSERT_EQ(canceled.has_value(), !deaf);
    if (deaf) continue;
    EXPECT_EQ(canceled->order.status(), std::max(status, Status::STATUS_CANCELED));
    EXPECT_THAT(canceled->event,
                IsProto(R"pb(order_id: "o1" customer_id: "kim" store_id: "s1")pb"));
    EXPECT_FALSE(Cancel(canceled->order, kNow).has_value());
  }
}

TEST(OrderDomainTest, ARefusedCancelClearsTheFlag) {
  EXPECT_FALSE(RefuseCancel(Requested(In(Status::STATUS_COOKED)), kNow)->cancel_requested());
  EXPECT_FALSE(RefuseCancel(In(Status::STATUS_COOKED), kNow).has_value());
}

TEST(OrderDomainTest, ListsLeaveOutWhatEndedWithoutFood) {
  EXPECT_TRUE(IsActive(In(Status::STATUS_PENDING)));
  EXPECT_TRUE(IsActive(In(Status::STATUS_DELIVERED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_CANCELED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_STORE_REJECTED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REFUNDED)));
  EXPECT_FALSE(IsActive(In(Status::STATUS_REJECTED)));
}

}  // namespace
}  // namespace maru::food::order
