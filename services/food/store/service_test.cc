// Goal: orders become tickets, owners decide them, and a cancel, the time limit and an owner never
// both win, whatever order they come in. Method: handlers, policies and timers over a store in
// memory under virtual time, without a transport.
#include "services/food/store/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/food/order/v1/events.maru.h"
#include "services/food/store/policies.h"
#include "services/testing/test_context.h"

namespace maru::food::store {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using order::v1::OrderCancelRequested;
using order::v1::OrderPlaced;
using rpc::ReasonOf;
using Status = v1::StoreOrder;

constexpr char kPark[] = "owner:park@김밥천국";
constexpr char kAdmin[] = "admin:root";

class StoreServiceTest : public ::testing::Test {
 protected:
  StoreServiceTest() {
    events::Policies policies;
    AddPolicies(tickets_, policies);
    context_.Route(events::Routes::Of("food", policies));
  }

  void HearPlaced(const std::string& order, const std::string& store = "김밥천국") {
    OrderPlaced event;
    event.set_order_id(order);
    event.set_store_id(store);
    event.set_customer_id("kim");
    MARU_CHECK(context_.Hear(Enveloped("food.order", "e1", event)).ok());
  }
  void HearCancel(const std::string& order) {
    OrderCancelRequested event;
    event.set_order_id(order);
    MARU_CHECK(context_.Hear(Enveloped("food.order", "e2", event)).ok());
  }
  template <class Request>
  absl::StatusOr<v1::StoreOrder> Do(
      async::Task<absl::StatusOr<v1::StoreOrder>> (StoreService::*method)(const rpc::CallContext&,
                                                                          const Request&),
      std::string_view who, const std::string& id) {
    Request request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run((service_.*method)(call, request));
  }
  absl::StatusOr<v1::StoreOrder> Accept(std::string_view who, const std::string& id) {
    return Do(&StoreService::AcceptOrder, who, id);
  }
  Status::Status StatusOf(const std::string& id) {
    return Do(&StoreService::GetStoreOrder, kAdmin, id)->status();
  }
  std::vector<v1::StoreOrder> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListStoreOrdersRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListStoreOrders(call, request));
    MARU_CHECK(page.ok());
    return {page->store_orders().begin(), page->store_orders().end()};
  }
  std::string IdOf(const std::string& order) {
    return List(kAdmin, "order_id: '" + order + "'").at(0).id();
  }
  std::string Placed(const std::string& order) {
    HearPlaced(order);
    return IdOf(order);
  }
  std::vector<std::string> Emitted() {
    std::vector<std::string> names;
    for (const event::v1::Event& event : context_.Emitted()) {
      names.push_back(event.type().substr(event.type().rfind('.') + 1));
    }
    return names;
  }

  using Names = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "food", "store"};
  const Tickets tickets_{context_.timers(), absl::Minutes(10)};
  StoreService service_{context_.store(), tickets_};
};

TEST_F(StoreServiceTest, AcceptsCooksAndTellsEachOnce) {
  const std::string id = Placed("o1");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Accept(kPark, id).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Do(&StoreService::StartCooking, kPark, id).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Do(&StoreService::FinishCooking, kPark, id).ok());
  EXPECT_EQ(StatusOf(id), Status::STATUS_COOKED);
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Emitted(), (Names{"StoreAccepted", "CookStarted", "CookFinished"}));
}

TEST_F(StoreServiceTest, RejectedByItsOwner) {
  const std::string id = Placed("o1");
  ASSERT_TRUE(Do(&StoreService::RejectOrder, kPark, id).ok());
  EXPECT_EQ(ReasonOf(Accept(kPark, id).status()), "WRONG_STATUS");
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Emitted(), Names{"StoreRejected"});
}

TEST_F(StoreServiceTest, NotAcceptedWithinTenMinutesItIsRejectedByItself) {
  const std::string id = Placed("o1");
  executor_.Advance(absl::Minutes(10) - absl::Seconds(1));
  EXPECT_EQ(StatusOf(id), Status::STATUS_PLACED);
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(StatusOf(id), Status::STATUS_REJECTED);
  const auto refused = Accept(kPark, id);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status()));
  EXPECT_EQ(rpc::ErrorInfoOf(refused.status())->metadata().at("status"), "STATUS_REJECTED");
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  v1::StoreRejected event;
  ASSERT_TRUE(event.ParseFromString(events[0].data()));
  EXPECT_EQ(event.reason(), v1::StoreRejected::REASON_TIMEOUT);
  EXPECT_EQ(events[0].key(), "o1");
}

TEST_F(StoreServiceTest, ACancelIsDecidedByWhatCameFirst) {
  const std::string cooking = Placed("cooking");
  ASSERT_TRUE(Accept(kPark, cooking).ok());
  ASSERT_TRUE(Do(&StoreService::StartCooking, kPark, cooking).ok());
  const std::string cooked = Placed("cooked");
  ASSERT_TRUE(Accept(kPark, cooked).ok());
  ASSERT_TRUE(Do(&StoreService::StartCooking, kPark, cooked).ok());
  ASSERT_TRUE(Do(&StoreService::FinishCooking, kPark, cooked).ok());
  Emitted();
  HearCancel("cooking");
  EXPECT_EQ(Emitted(), Names{"StoreCanceled"});
  EXPECT_EQ(ReasonOf(Do(&StoreService::FinishCooking, kPark, cooking).status()), "WRONG_STATUS");
  HearCancel("cooking");
  EXPECT_EQ(Emitted(), Names{}) << "heard twice, told once";
  HearCancel("cooked");
  EXPECT_EQ(Emitted(), Names{"StoreCancelRefused"});
  EXPECT_EQ(StatusOf(cooked), Status::STATUS_COOKED);
}

TEST_F(StoreServiceTest, ACanceledTicketIsNotTimedOut) {
  const std::string id = Placed("o1");
  HearCancel("o1");
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(StatusOf(id), Status::STATUS_CANCELED);
  EXPECT_EQ(Emitted(), Names{"StoreCanceled"});
}

TEST_F(StoreServiceTest, ATimedOutTicketRefusesTheCancel) {
  Placed("o1");
  executor_.Advance(absl::Minutes(11));
  HearCancel("o1");
  EXPECT_EQ(Emitted(), (Names{"StoreRejected", "StoreCancelRefused"}));
}

TEST_F(StoreServiceTest, ACancelThatIsHeardFirstLeavesATombstoneAndIsAnswered) {
  HearCancel("o1");
  EXPECT_EQ(Emitted(), Names{"StoreCanceled"});
  HearPlaced("o1");
  HearCancel("o1");
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Emitted(), Names{});
  EXPECT_TRUE(List(kAdmin).empty());
}

TEST_F(StoreServiceTest, PlacedTwiceIsOneTicket) {
  HearPlaced("o1");
  HearPlaced("o1");
  EXPECT_EQ(List(kAdmin).size(), 1);
}

TEST_F(StoreServiceTest, TicketsAreTheirStoresTheirCustomersAndAdmins) {
  HearPlaced("o1");
  HearPlaced("o2", "다른집");
  EXPECT_EQ(List(kPark).size(), 1);
  EXPECT_EQ(List("owner:choi@다른집,김밥천국").size(), 2);
  EXPECT_EQ(List("owner:choi@다른집,김밥천국", "store_id: '다른집'").size(), 1);
  EXPECT_EQ(List("customer:kim").size(), 2);
  EXPECT_EQ(List("customer:lee").size(), 0);
  EXPECT_EQ(List(kAdmin, "page_size: 1").size(), 1);
  const std::string other = IdOf("o2");
  EXPECT_EQ(ReasonOf(Accept(kPark, other).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Do(&StoreService::GetStoreOrder, kPark, other).status()), "NOT_FOUND");
  EXPECT_TRUE(List(kPark, "order_id: 'o2'").empty());
  EXPECT_TRUE(Do(&StoreService::GetStoreOrder, "customer:kim", other).ok());
}

TEST_F(StoreServiceTest, ListsLeaveOutWhatEndedUnlessAskedFor) {
  Placed("o1");
  HearCancel("o1");
  Placed("o2");
  EXPECT_EQ(List(kPark).size(), 1);
  EXPECT_EQ(List(kPark, "status: STATUS_CANCELED").size(), 1);
  EXPECT_EQ(List(kPark, "order_id: 'o1'").size(), 1);
}

}  // namespace
}  // namespace maru::food::store
