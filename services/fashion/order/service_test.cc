// Goal: commands, queries and policies of order keep what the rules decide, whole, and tell it;
// money, stock and orders agree in the end. Method: handlers and policies over stores in memory,
// without a transport; product and payment are the real ones.
#include "services/fashion/order/service.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/fashion/store/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/fashion/order/policies.h"
#include "services/fashion/order/saga.h"
#include "services/fashion/product/service.h"
#include "services/payment/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::fashion::order {
namespace {

using delivery::v1::DeliveryCanceled;
using delivery::v1::DeliveryCancelRefused;
using delivery::v1::DeliveryCompleted;
using delivery::v1::DeliveryStarted;
using fashion::store::v1::StoreAccepted;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using payment::v1::PaymentCanceled;
using rpc::ReasonOf;
using Status = v1::Order;

constexpr char kKim[] = "customer:kim";
constexpr char kRequestId[] = "0190f0e0-7c1c-7a3e-8000-000000000001";
// A piece costs 9,000; more than 1,000,000 is refused.
constexpr int kTooMany = 112;
constexpr int kStock = 150;

class OrderServiceTest : public ::testing::Test {
 protected:
  OrderServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("fashion", policies));
    product::v1::RegisterProductRequest request;
    request.set_store_id("s1");
    request.set_name("린넨 셔츠");
    request.set_price(9000);
    request.set_stock(kStock);
    const rpc::CallContext call = CallBy("owner:park@s1");
    product_id_ = product_context_.Run(products_.RegisterProduct(call, request))->id();
  }

  absl::StatusOr<v1::Order> Place(std::string_view who, int quantity = 2,
                                  const std::string& request_id = "") {
    v1::PlaceOrderRequest request;
    request.set_product_id(product_id_);
    request.set_quantity(quantity);
    request.set_customer_name("김민수");
    request.set_customer_address("서울 마포구 어울마당로 35");
    const rpc::CallContext call = CallBy(who, request_id, std::to_string(quantity));
    return context_.Run(service_.PlaceOrder(call, request));
  }
  absl::StatusOr<v1::Order> Cancel(std::string_view who, const std::string& id) {
    v1::CancelOrderRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.CancelOrder(call, request));
  }
  absl::StatusOr<v1::Order> Get(std::string_view who, const std::string& id) {
    v1::GetOrderRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetOrder(call, request));
  }
  std::vector<v1::Order> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListOrdersRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListOrders(call, request));
    MARU_CHECK(page.ok());
    return {page->orders().begin(), page->orders().end()};
  }
  std::optional<payment::v1::Payment> PaymentOf(const std::string& id) {
    payment::v1::ListPaymentsRequest request;
    request.set_reference_id(id);
    const rpc::CallContext call = CallBy("admin:root");
    const auto page = payment_context_.Run(payment_.ListPayments(call, request));
    MARU_CHECK(page.ok());
    if (page->payments().empty()) return std::nullopt;
    return page->payments(0);
  }
  // Pieces that can be ordered, and those that are reserved.
  std::pair<int64_t, int64_t> Stock() {
    product::v1::GetProductRequest request;
    request.set_id(product_id_);
    const rpc::CallContext call = CallBy("customer:kim");
    const auto row = product_context_.Run(products_.GetProduct(call, request));
    MARU_CHECK(row.ok());
    return {row->stock(), row->reserved()};
  }
  template <class E>
  void Hear(const std::string& context, const std::string& order, const std::string& more = "") {
    const std::string field = context == "payment" ? "reference_id" : "order_id";
    const E event = Proto<E>(field + ": '" + order + "' " + more);
    MARU_CHECK(context_.Hear(Enveloped("fashion." + context, "e1", event)).ok());
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return names;
  }

  using Names = std::vector<std::string>;
  using Pieces = std::pair<int64_t, int64_t>;
  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  maru::testing::TestContext payment_context_{executor_, "fashion", "payment"};
  payment::BuiltInProvider provider_{Proto<config::v1::ProviderConfig>("limit: 1000000"), executor_,
                                     random_};
  payment::PaymentService payment_{payment_context_.store(), provider_};
  maru::testing::DirectCaller to_payment_{payment_};
  maru::testing::TestContext context_{executor_, "fashion", "order"};
  maru::testing::TestContext product_context_{executor_, "fashion", "product"};
  product::ProductService products_{product_context_.store()};
  maru::testing::DirectCaller to_product_{products_};
  std::string product_id_;
  OrderService service_{context_.store(),
                        context_.sagas().Add(PlaceOrder(to_product_, to_payment_))};
};

TEST_F(OrderServiceTest, ReservesAndPaysInOneStep) {
  const auto row = Place(kKim);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->status(), Status::STATUS_PAID);
  EXPECT_EQ(PaymentOf(row->id())->status(), payment::v1::Payment::STATUS_APPROVED);
  EXPECT_EQ(PaymentOf(row->id())->amount(), 18000);
  EXPECT_EQ(Stock(), (Pieces{kStock - 2, 2})) << "sold by the event";
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].type(), "maru.fashion.order.v1.OrderPlaced");
  EXPECT_EQ(events[0].key(), row->id());
}

TEST_F(OrderServiceTest, NoPaymentNoOrder) {
  const auto refused = Place(kKim, kTooMany, kRequestId);
  EXPECT_EQ(ReasonOf(refused.status()), "PAYMENT_REFUSED");
  EXPECT_EQ(ReasonOf(Place(kKim, kTooMany, kRequestId).status()), "PAYMENT_REFUSED");
  EXPECT_EQ(Emitted(), Names{});
  EXPECT_EQ(Stock(), (Pieces{kStock, 0})) << "what was reserved is back";
  EXPECT_TRUE(List(kKim).empty());
  const auto rejected = List(kKim, "status: STATUS_REJECTED");
  ASSERT_EQ(rejected.size(), 1) << "the same request_id left one row";
  EXPECT_EQ(ReasonOf(Cancel(kKim, rejected[0].id()).status()), "NOT_CANCELABLE");
}

TEST_F(OrderServiceTest, NoPiecesNoOrder) {
  const auto refused = Place(kKim, kStock + 1, kRequestId);
  EXPECT_EQ(ReasonOf(refused.status()), "OUT_OF_STOCK");
  EXPECT_EQ(ReasonOf(Place(kKim, kStock + 1, kRequestId).status()), "OUT_OF_STOCK");
  EXPECT_EQ(to_payment_.calls(), 0);
  EXPECT_EQ(Stock(), (Pieces{kStock, 0}));
  EXPECT_EQ(Emitted(), Names{});
  product_id_ = "unknown";
  EXPECT_EQ(ReasonOf(Place(kKim).status()), "NO_SUCH_PRODUCT");
}

TEST_F(OrderServiceTest, ProductDownRefusesAtOnce) {
  to_product_.SetDown(true);
  EXPECT_TRUE(absl::IsUnavailable(Place(kKim).status()));
  EXPECT_EQ(to_payment_.calls(), 0);
  EXPECT_EQ(List(kKim, "status: STATUS_REJECTED").size(), 1);
}

TEST_F(OrderServiceTest, PiecesWhoseAnswerWasLostComeBack) {
  to_product_.LoseAnswers(true);
  const auto unknown = Place(kKim);
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(Stock(), (Pieces{kStock - 2, 2}));
  to_product_.LoseAnswers(false);
  executor_.Advance(absl::Seconds(31));
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_REJECTED);
  EXPECT_EQ(Stock(), (Pieces{kStock, 0}));
}

TEST_F(OrderServiceTest, PaymentDownRefusesAtOnceAndTheSameRequestIdBeginsAnew) {
  to_payment_.SetDown(true);
  const auto refused = Place(kKim, 2, kRequestId);
  EXPECT_TRUE(absl::IsUnavailable(refused.status()));
  EXPECT_TRUE(rpc::RetryDelayOf(refused.status()).has_value());
  ASSERT_EQ(List(kKim, "status: STATUS_REJECTED").size(), 1);
  to_payment_.SetDown(false);
  const auto row = Place(kKim, 2, kRequestId);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(Emitted(), Names{"OrderPlaced"});
}

TEST_F(OrderServiceTest, AnUnknownAnswerStaysPendingAndTheSameRequestIdGoesOn) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Place(kKim, 2, kRequestId);
  EXPECT_TRUE(absl::IsUnavailable(unknown.status()));
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_PENDING);
  EXPECT_EQ(Emitted(), Names{});
  to_payment_.LoseAnswers(false);
  const auto row = Place(kKim, 2, kRequestId);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->id(), id);
  EXPECT_EQ(Emitted(), Names{"OrderPlaced"});
}

TEST_F(OrderServiceTest, AnUnknownAnswerThatNobodyComesBackForIsUndone) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Place(kKim);
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_APPROVED);
  to_payment_.LoseAnswers(false);
  executor_.Advance(absl::Seconds(31));
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_REJECTED);
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_CANCELED);
  EXPECT_EQ(Stock(), (Pieces{kStock, 0}));
  EXPECT_EQ(Emitted(), Names{});
  Hear<PaymentCanceled>("payment", id);
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_REJECTED) << "REJECTED ignores all events";
}

TEST_F(OrderServiceTest, ACancelWhilePendingUndoesWhatPaymentAnswered) {
  to_payment_.LoseAnswers(true);
  const auto unknown = Place(kKim, 2, kRequestId);
  const std::string id = rpc::ErrorInfoOf(unknown.status())->metadata().at("id");
  to_payment_.LoseAnswers(false);
  EXPECT_EQ(ReasonOf(Cancel("customer:lee", id).status()), "NOT_FOUND");
  for (int i = 0; i < 2; ++i) {
    const auto canceled = Cancel(kKim, id);
    ASSERT_TRUE(canceled.ok()) << canceled.status();
    EXPECT_EQ(canceled->status(), Status::STATUS_REJECTED);
  }
  EXPECT_EQ(PaymentOf(id)->status(), payment::v1::Payment::STATUS_CANCELED);
  EXPECT_EQ(Stock(), (Pieces{kStock, 0}));
  EXPECT_EQ(ReasonOf(Place(kKim, 2, kRequestId).status()), "CANCELED_WHILE_PENDING");
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(OrderServiceTest, ACancelIsAskedForOnceAndDecidedByTheDelivery) {
  const std::string id = Place(kKim)->id();
  EXPECT_EQ(ReasonOf(Cancel("customer:lee", id).status()), "NOT_FOUND");
  for (int i = 0; i < 2; ++i) {
    const auto asked = Cancel(kKim, id);
    ASSERT_TRUE(asked.ok()) << asked.status();
    EXPECT_EQ(asked->status(), Status::STATUS_PAID);
    EXPECT_TRUE(asked->cancel_requested());
  }
  EXPECT_EQ(Emitted(), (Names{"OrderPlaced", "OrderCancelRequested"}));
  for (int i = 0; i < 2; ++i) Hear<DeliveryCanceled>("delivery", id);
  EXPECT_EQ(Emitted(), Names{"OrderCanceled"});
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_CANCELED);
  Hear<PaymentCanceled>("payment", id);
  EXPECT_EQ(Cancel(kKim, id)->status(), Status::STATUS_REFUNDED);
  EXPECT_TRUE(List(kKim).empty());
  EXPECT_EQ(List(kKim, "status: STATUS_REFUNDED").size(), 1);
}

TEST_F(OrderServiceTest, ARefusedCancelClearsTheFlag) {
  const std::string id = Place(kKim)->id();
  ASSERT_TRUE(Cancel(kKim, id).ok());
  Hear<DeliveryCompleted>("delivery", id);
  Hear<DeliveryCancelRefused>("delivery", id);
  const auto row = Get(kKim, id);
  EXPECT_FALSE(row->cancel_requested());
  EXPECT_EQ(row->status(), Status::STATUS_COMPLETED);
  EXPECT_EQ(ReasonOf(Cancel(kKim, id).status()), "NOT_CANCELABLE");
}

TEST_F(OrderServiceTest, FollowsStoreAndDeliveryInAnyOrderOfTopics) {
  const std::string id = Place(kKim)->id();
  Hear<DeliveryStarted>("delivery", id);
  Hear<StoreAccepted>("store", id);
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_DELIVERING);
  Hear<DeliveryCompleted>("delivery", id, "rider_id: 'jun'");
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_COMPLETED);
  EXPECT_EQ(Get(kKim, id)->rider_id(), "jun");
  EXPECT_EQ(Emitted(), Names{"OrderPlaced"});
}

TEST_F(OrderServiceTest, ARefundThatIsHeardBeforeTheCancelStandsAndTheCancelIsStillTold) {
  const std::string id = Place(kKim)->id();
  ASSERT_TRUE(Cancel(kKim, id).ok());
  Hear<PaymentCanceled>("payment", id);
  EXPECT_EQ(Cancel(kKim, id)->status(), Status::STATUS_REFUNDED);
  for (int i = 0; i < 2; ++i) Hear<DeliveryCanceled>("delivery", id);
  EXPECT_EQ(Get(kKim, id)->status(), Status::STATUS_REFUNDED);
  EXPECT_EQ(Emitted(), (Names{"OrderPlaced", "OrderCancelRequested", "OrderCanceled"}));
}

TEST_F(OrderServiceTest, EventsOfOrdersThatWereNeverStoredDoNothing) {
  Hear<PaymentCanceled>("payment", "unknown");
  Hear<DeliveryCanceled>("delivery", "unknown");
  EXPECT_EQ(Emitted(), Names{});
}

TEST_F(OrderServiceTest, OrdersAreTheirCustomersTheirStoresOwnersTheirRidersAndAdmins) {
  const std::string first = Place(kKim)->id();
  const std::string second = Place(kKim)->id();
  ASSERT_TRUE(Place("customer:lee").ok());
  EXPECT_EQ(List(kKim).size(), 2);
  EXPECT_EQ(List(kKim)[0].id(), second);
  EXPECT_EQ(List("owner:park@s1").size(), 3);
  EXPECT_EQ(List("owner:park@s2").size(), 0);
  EXPECT_EQ(List("admin:root", "page_size: 2").size(), 2);
  EXPECT_EQ(List("rider:jun").size(), 0);
  EXPECT_EQ(ReasonOf(Get("rider:jun", first).status()), "NOT_FOUND");
  Hear<DeliveryCompleted>("delivery", first, "rider_id: 'jun'");
  EXPECT_EQ(List("rider:jun").size(), 1);
  EXPECT_TRUE(Get("rider:jun", first).ok());
  EXPECT_TRUE(Get("owner:park@s1", first).ok());
  EXPECT_EQ(ReasonOf(Get("owner:park@s2", first).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("customer:lee", first).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::fashion::order
