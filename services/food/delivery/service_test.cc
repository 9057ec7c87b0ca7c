// Goal: what is cooked is delivered, by one rider, and told once. Method: handlers and policies
// over a store in memory, without a transport.
#include "services/food/delivery/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/food/store/v1/events.maru.h"
#include "services/food/delivery/policies.h"
#include "services/testing/test_context.h"

namespace maru::food::delivery {
namespace {

using food::store::v1::CookFinished;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr char kJun[] = "rider:jun";
constexpr char kSora[] = "rider:sora";

class DeliveryServiceTest : public ::testing::Test {
 protected:
  DeliveryServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("food", policies));
  }

  // The id of the delivery of an order that is cooked now.
  std::string Cooked(const std::string& order) {
    CookFinished event;
    event.set_order_id(order);
    event.set_store_id("s1");
    event.set_customer_id("kim");
    event.set_address("부산 해운대구 우동 1408");
    MARU_CHECK(context_.Hear(Enveloped("food.store", "e1", event)).ok());
    return List("admin:root", "order_id: '" + order + "'").at(0).id();
  }
  template <class Request>
  absl::StatusOr<v1::Delivery> Do(
      async::Task<absl::StatusOr<v1::Delivery>> (DeliveryService::*method)(const rpc::CallContext&,
                                                                           const Request&),
      std::string_view who, const std::string& id) {
    Request request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run((service_.*method)(call, request));
  }
  std::vector<v1::Delivery> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListDeliveriesRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListDeliveries(call, request));
    MARU_CHECK(page.ok());
    return {page->deliveries().begin(), page->deliveries().end()};
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
  maru::testing::TestContext context_{executor_, "food", "delivery"};
  DeliveryService service_{context_.store()};
};

TEST_F(DeliveryServiceTest, IsStartedPickedUpCompletedAndToldOnceEach) {
  const std::string id = Cooked("o1");
  EXPECT_EQ(Cooked("o1"), id) << "heard twice";
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Do(&DeliveryService::PickUp, kJun, id).ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Do(&DeliveryService::CompleteDelivery, kJun, id).ok());
  EXPECT_EQ(Emitted(), (Names{"DeliveryStarted", "DeliveryPickedUp", "DeliveryCompleted"}));
}

TEST_F(DeliveryServiceTest, TheSecondRiderIsRefused) {
  const std::string id = Cooked("o1");
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::CompleteDelivery, kJun, id).status()), "NOT_PICKED_UP");
  ASSERT_TRUE(Do(&DeliveryService::PickUp, kJun, id).ok());
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::PickUp, kSora, id).status()), "ALREADY_PICKED_UP");
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::CompleteDelivery, kSora, id).status()),
            "ALREADY_PICKED_UP");
}

TEST_F(DeliveryServiceTest, RidersListWhatNobodyTookAndTheirOwn) {
  const std::string first = Cooked("o1");
  const std::string second = Cooked("o2");
  EXPECT_EQ(List(kJun).size(), 2);
  EXPECT_EQ(List(kSora).size(), 2);
  ASSERT_TRUE(Do(&DeliveryService::PickUp, kJun, first).ok());
  EXPECT_EQ(List(kJun).size(), 2);
  EXPECT_EQ(List(kJun, "status: STATUS_STARTED").size(), 1);
  EXPECT_EQ(List(kSora).size(), 1);
  EXPECT_EQ(List(kSora)[0].id(), second);
  EXPECT_TRUE(List(kSora, "order_id: 'o1'").empty());
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::GetDelivery, kSora, first).status()), "NOT_FOUND");
  EXPECT_TRUE(Do(&DeliveryService::GetDelivery, kSora, second).ok());
}

TEST_F(DeliveryServiceTest, DeliveriesAreTheirCustomersTheirStoresOwnersAndAdmins) {
  const std::string id = Cooked("o1");
  EXPECT_EQ(List("customer:kim").size(), 1);
  EXPECT_EQ(List("customer:lee").size(), 0);
  EXPECT_EQ(List("owner:park@s1").size(), 1);
  EXPECT_EQ(List("owner:park@s2").size(), 0);
  EXPECT_EQ(List("owner:park@s1", "store_id: 's2'").size(), 0);
  EXPECT_EQ(List("admin:root", "page_size: 1").size(), 1);
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::GetDelivery, "customer:lee", id).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::food::delivery
