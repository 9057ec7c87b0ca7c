// Goal: accepted orders are delivered or canceled, never both, and told once. Method: handlers and
// policies over a store in memory, without a transport.
#include "services/fashion/delivery/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/store/v1/events.maru.h"
#include "services/fashion/delivery/policies.h"
#include "services/testing/test_context.h"

namespace maru::fashion::delivery {
namespace {

using fashion::store::v1::StoreAccepted;
using fashion::store::v1::StoreCanceled;
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
    context_.Route(events::Routes::Of("fashion", policies));
  }

  template <class E>
  void Hear(const std::string& order) {
    E event;
    event.set_order_id(order);
    event.set_store_id("s1");
    event.set_customer_id("kim");
    MARU_CHECK(context_.Hear(Enveloped("fashion.store", "e1", event)).ok());
  }
  // The id of the delivery of an order that its store accepts now.
  std::string Accepted(const std::string& order) {
    Hear<StoreAccepted>(order);
    return List("admin:root", "order_id: '" + order + "'").at(0).id();
  }
  absl::StatusOr<v1::Delivery> Complete(std::string_view who, const std::string& id) {
    return Do(&DeliveryService::CompleteDelivery, who, id);
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
  maru::testing::TestContext context_{executor_, "fashion", "delivery"};
  DeliveryService service_{context_.store()};
};

TEST_F(DeliveryServiceTest, IsStartedCompletedAndToldOnceEach) {
  const std::string id = Accepted("o1");
  EXPECT_EQ(Accepted("o1"), id) << "heard twice";
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Complete(kJun, id).ok());
  EXPECT_EQ(ReasonOf(Complete(kSora, id).status()), "ALREADY_COMPLETED");
  EXPECT_EQ(Emitted(), (Names{"DeliveryStarted", "DeliveryCompleted"}));
}

TEST_F(DeliveryServiceTest, ACancelIsDecidedByWhatCameFirst) {
  const std::string canceled = Accepted("canceled");
  for (int i = 0; i < 2; ++i) Hear<StoreCanceled>("canceled");
  EXPECT_EQ(ReasonOf(Complete(kJun, canceled).status()), "DELIVERY_CANCELED");
  EXPECT_EQ(Emitted(), (Names{"DeliveryStarted", "DeliveryCanceled"}));

  const std::string completed = Accepted("completed");
  ASSERT_TRUE(Complete(kJun, completed).ok());
  Hear<StoreCanceled>("completed");
  EXPECT_EQ(Emitted(), (Names{"DeliveryStarted", "DeliveryCompleted", "DeliveryCancelRefused"}));
}

TEST_F(DeliveryServiceTest, ACancelThatIsHeardFirstLeavesATombstoneAndIsAnswered) {
  for (int i = 0; i < 2; ++i) Hear<StoreCanceled>("o1");
  Hear<StoreAccepted>("o1");
  EXPECT_EQ(Emitted(), Names{"DeliveryCanceled"});
  EXPECT_TRUE(List("admin:root").empty());
}

TEST_F(DeliveryServiceTest, RidersListWhatIsOnItsWayAndTheirOwn) {
  const std::string first = Accepted("o1");
  Accepted("o2");
  Accepted("o3");
  Hear<StoreCanceled>("o3");
  EXPECT_EQ(List(kJun).size(), 2);
  EXPECT_EQ(List(kSora).size(), 2);
  ASSERT_TRUE(Complete(kJun, first).ok());
  EXPECT_EQ(List(kJun).size(), 2);
  EXPECT_EQ(List(kJun, "status: STATUS_STARTED").size(), 1);
  EXPECT_EQ(List(kSora).size(), 1);
  EXPECT_TRUE(List(kSora, "order_id: 'o1'").empty());
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::GetDelivery, kSora, first).status()), "NOT_FOUND");
}

TEST_F(DeliveryServiceTest, DeliveriesAreTheirCustomersTheirStoresOwnersAndAdmins) {
  const std::string id = Accepted("o1");
  EXPECT_EQ(List("customer:kim").size(), 1);
  EXPECT_EQ(List("customer:lee").size(), 0);
  EXPECT_EQ(List("owner:park@s1").size(), 1);
  EXPECT_EQ(List("owner:park@s2").size(), 0);
  EXPECT_EQ(List("owner:park@s1", "store_id: 's2'").size(), 0);
  EXPECT_EQ(List("admin:root", "page_size: 1").size(), 1);
  EXPECT_EQ(ReasonOf(Do(&DeliveryService::GetDelivery, "customer:lee", id).status()), "NOT_FOUND");
}

}  // namespace
}  // namespace maru::fashion::delivery
