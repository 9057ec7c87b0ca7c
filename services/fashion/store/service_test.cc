// Goal: orders become store orders, owners or the stores themselves accept them and confirm
// cancels, and each is told once. Method: handlers and policies over a store in memory, without a
// transport.
#include "services/fashion/store/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "services/fashion/store/policies.h"
#include "services/testing/test_context.h"

namespace maru::fashion::store {
namespace {

using delivery::v1::DeliveryCancelRefused;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using order::v1::OrderCancelRequested;
using order::v1::OrderPlaced;
using rpc::ReasonOf;
using Status = v1::StoreOrder;

constexpr char kPark[] = "owner:park@s1";
constexpr char kAdmin[] = "admin:root";

class StoreServiceTest : public ::testing::Test {
 protected:
  StoreServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("fashion", policies));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& order, const std::string& store = "s1") {
    E event;
    event.set_order_id(order);
    event.set_store_id(store);
    event.set_customer_id("kim");
    MARU_CHECK(context_.Hear(Enveloped("fashion." + context, "e1", event)).ok());
  }
  void HearPlaced(const std::string& order, const std::string& store = "s1") {
    Hear<OrderPlaced>("order", order, store);
  }
  void HearCancel(const std::string& order) { Hear<OrderCancelRequested>("order", order); }
  // The id of the store order of an order that is placed now.
  std::string Placed(const std::string& order) {
    HearPlaced(order);
    return List(kAdmin, "order_id: '" + order + "'").at(0).id();
  }
  void SetAutoAccept(bool on) {
    const auto request = Proto<v1::SetAutoAcceptRequest>(
        std::string("store { store_id: 's1' auto_accept: ") + (on ? "true" : "false") +
        " } update_mask { paths: 'auto_accept' }");
    const rpc::CallContext call = CallBy(kPark);
    const auto store = context_.Run(service_.SetAutoAccept(call, request));
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(store->auto_accept(), on);
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
  absl::StatusOr<v1::StoreOrder> Confirm(std::string_view who, const std::string& id) {
    return Do(&StoreService::ConfirmCancel, who, id);
  }
  Status::Status StatusOf(const std::string& id) {
    return Do(&StoreService::GetStoreOrder, kAdmin, id)->status();
  }
  absl::StatusOr<v1::Store> GetStore(std::string_view who, const std::string& id) {
    v1::GetStoreRequest request;
    request.set_store_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetStore(call, request));
  }
  std::vector<v1::StoreOrder> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListStoreOrdersRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListStoreOrders(call, request));
    MARU_CHECK(page.ok());
    return {page->store_orders().begin(), page->store_orders().end()};
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
  maru::testing::TestContext context_{executor_, "fashion", "store"};
  StoreService service_{context_.store()};
};

TEST_F(StoreServiceTest, AStoreAcceptsAndConfirmsByItself) {
  const std::string id = Placed("o1");
  HearPlaced("o1");
  EXPECT_EQ(StatusOf(id), Status::STATUS_ACCEPTED);
  for (int i = 0; i < 2; ++i) HearCancel("o1");
  EXPECT_EQ(StatusOf(id), Status::STATUS_CANCELED);
  EXPECT_EQ(Emitted(), (Names{"StoreAccepted", "StoreCanceled"}));
}

TEST_F(StoreServiceTest, OrItsOwnerDoes) {
  SetAutoAccept(false);
  const std::string id = Placed("o1");
  EXPECT_EQ(StatusOf(id), Status::STATUS_PLACED);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Accept(kPark, id).ok());
  HearCancel("o1");
  EXPECT_EQ(StatusOf(id), Status::STATUS_CANCEL_PENDING);
  EXPECT_EQ(ReasonOf(Accept(kPark, id).status()), "CANCEL_PENDING");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Confirm(kPark, id).ok());
  EXPECT_EQ(Emitted(), (Names{"StoreAccepted", "StoreCanceled"}));
}

TEST_F(StoreServiceTest, SwitchingOverHoldsForWhatIsHeardFromThenOn) {
  SetAutoAccept(false);
  const std::string waits = Placed("o1");
  SetAutoAccept(true);
  const std::string accepted = Placed("o2");
  EXPECT_EQ(StatusOf(waits), Status::STATUS_PLACED);
  EXPECT_EQ(StatusOf(accepted), Status::STATUS_ACCEPTED);
  SetAutoAccept(false);
  HearCancel("o2");
  EXPECT_EQ(StatusOf(accepted), Status::STATUS_CANCEL_PENDING);
}

TEST_F(StoreServiceTest, ACancelThatTheDeliveryRefusesLeavesItAccepted) {
  const std::string id = Placed("o1");
  HearCancel("o1");
  for (int i = 0; i < 2; ++i) Hear<DeliveryCancelRefused>("delivery", "o1");
  EXPECT_EQ(StatusOf(id), Status::STATUS_ACCEPTED);
  EXPECT_EQ(ReasonOf(Confirm(kPark, id).status()), "WRONG_STATUS");
  EXPECT_EQ(Emitted(), (Names{"StoreAccepted", "StoreCanceled"}));
  Hear<DeliveryCancelRefused>("delivery", "unknown");
}

TEST_F(StoreServiceTest, ACancelThatIsHeardFirstLeavesATombstoneAndIsAnswered) {
  for (int i = 0; i < 2; ++i) HearCancel("o1");
  HearPlaced("o1");
  Hear<DeliveryCancelRefused>("delivery", "o1");
  EXPECT_EQ(Emitted(), Names{"StoreCanceled"});
  EXPECT_TRUE(List(kAdmin).empty());
  EXPECT_TRUE(List(kAdmin, "order_id: 'o1'").empty());
}

TEST_F(StoreServiceTest, StoreOrdersAreTheirStoresTheirCustomersAndAdmins) {
  SetAutoAccept(false);
  const std::string own = Placed("o1");
  HearPlaced("o2", "다른집");
  EXPECT_EQ(List(kPark).size(), 1);
  EXPECT_EQ(List("owner:choi@다른집,s1").size(), 2);
  EXPECT_EQ(List("owner:choi@다른집,s1", "store_id: '다른집'").size(), 1);
  EXPECT_EQ(List("customer:kim").size(), 2);
  EXPECT_EQ(List("customer:lee").size(), 0);
  EXPECT_EQ(List(kAdmin, "page_size: 1").size(), 1);
  EXPECT_TRUE(List(kPark, "order_id: 'o2'").empty());
  EXPECT_EQ(ReasonOf(Accept("owner:choi@다른집", own).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Do(&StoreService::GetStoreOrder, "owner:choi@다른집", own).status()),
            "NOT_FOUND");
  EXPECT_TRUE(Do(&StoreService::GetStoreOrder, "customer:kim", own).ok());
}

TEST_F(StoreServiceTest, AStoreIsItsOwnersAndAdmins) {
  EXPECT_TRUE(GetStore(kPark, "s1")->auto_accept());
  SetAutoAccept(false);
  EXPECT_FALSE(GetStore(kAdmin, "s1")->auto_accept());
  EXPECT_TRUE(GetStore(kAdmin, "다른집")->auto_accept());
  EXPECT_EQ(ReasonOf(GetStore(kPark, "다른집").status()), "NOT_FOUND");
}

TEST_F(StoreServiceTest, ListsLeaveOutWhatIsCanceledUnlessAskedFor) {
  Placed("o1");
  HearCancel("o1");
  Placed("o2");
  EXPECT_EQ(List(kPark).size(), 1);
  EXPECT_EQ(List(kPark, "status: STATUS_CANCELED").size(), 1);
  EXPECT_EQ(List(kPark, "order_id: 'o1'").size(), 1);
}

}  // namespace
}  // namespace maru::fashion::store
