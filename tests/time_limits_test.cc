// Goal: the time limits that domain.md calls configurable are those that are configured. Method:
// real processes of food with limits of a second; what the built-in limits would do comes too late
// for the test.
#include "maru/food/order/v1/order.pb.h"
#include "tests/harness/actor.h"
#include "tests/harness/fixture.h"

namespace maru::harness {
namespace {

namespace order = maru::food::order::v1;
using order::Order;

constexpr Method<order::PlaceOrderRequest, Order> kPlace{
    "food-order", "/maru.food.order.v1.OrderService/PlaceOrder"};
constexpr Method<order::GetOrderRequest, Order> kGet{"food-order",
                                                     "/maru.food.order.v1.OrderService/GetOrder"};
constexpr Method<order::ListOrdersRequest, order::ListOrdersResponse> kList{
    "food-order", "/maru.food.order.v1.OrderService/ListOrders"};

// Well below the 30 s and 10 min that are built in.
constexpr absl::Duration kSoon = absl::Seconds(20);

class TimeLimitsTest : public SystemTest {
 protected:
  System::Options OptionsOfTest() override {
    System::Options options;
    options.systems = {"food"};
    options.flags = {{"food-order", {"--saga.pending_limit=1s"}},
                     {"food-store", {"--ticket.accept_limit=1s"}}};
    return options;
  }

  Result<Order> Place() {
    order::PlaceOrderRequest request;
    request.set_store_id("s1");
    request.set_store_name("마루분식");
    request.set_address("서울 마포구 어울마당로 35");
    order::OrderItem& item = *request.add_items();
    item.set_item_name("떡볶이");
    item.set_quantity(2);
    item.set_unit_price(4500);
    return Customer().Call(kPlace, request);
  }
  // The id of an order that payment does not answer.
  std::string PlaceUnknown() {
    const auto unknown = Place();
    EXPECT_EQ(unknown.code, absl::StatusCode::kUnavailable) << unknown;
    EXPECT_EQ(unknown.reason(), "OUTCOME_PENDING") << unknown;
    order::ListOrdersRequest pending;
    pending.set_status(Order::STATUS_PENDING);
    const auto rows = Customer().Call(kList, pending);
    EXPECT_TRUE(rows.ok()) << rows;
    EXPECT_EQ(rows.reply.orders_size(), 1);
    return rows.reply.orders().empty() ? "" : rows.reply.orders(0).id();
  }
  // What is missing until the order is `wanted`.
  std::string AwaitStatus(const std::string& id, Order::Status wanted) {
    order::GetOrderRequest request;
    request.set_id(id);
    return Eventually(kSoon, [&] {
      const Result<Order> row = Customer().Call(kGet, request);
      if (!row.ok()) return Describe(row);
      return row.reply.status() == wanted ? "" : Order::Status_Name(row.reply.status());
    });
  }
  Actor Customer() { return Actor(system(), "customer", "jiwoo"); }
};

TEST_F(TimeLimitsTest, ATicketThatNobodyAcceptsIsRejectedAndRefundedByItself) {
  const auto placed = Place();
  ASSERT_TRUE(placed.ok()) << placed;
  EXPECT_EQ(AwaitStatus(placed.reply.id(), Order::STATUS_REFUNDED), "");
}

TEST_F(TimeLimitsTest, AnOrderWhoseOutcomeNobodyAsksForIsUndoneByItself) {
  system().Suspend("food-payment");
  const std::string abandoned = PlaceUnknown();
  system().Resume("food-payment");
  EXPECT_EQ(AwaitStatus(abandoned, Order::STATUS_REJECTED), "");
}

// domain.md section 6: "any one context killed mid-command | the rest | – | every flow ends by
// itself", where nobody comes back for the command.
TEST_F(TimeLimitsTest, AnOrderThatNobodyAsksForIsUndoneThoughItsProcessWasKilled) {
  system().Suspend("food-payment");
  const std::string abandoned = PlaceUnknown();
  system().Kill("food-order");
  system().Resume("food-payment");
  ASSERT_TRUE(system().Start("food-order").ok());
  EXPECT_EQ(AwaitStatus(abandoned, Order::STATUS_REJECTED), "");
}

}  // namespace
}  // namespace maru::harness
