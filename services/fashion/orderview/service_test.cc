// Goal: people see the paid orders that concern them, and nobody else's. Method: the view and its
// queries over a store in memory, without a transport.
#include "services/fashion/orderview/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "maru/fashion/store/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/fashion/orderview/view.h"
#include "services/testing/test_context.h"

namespace maru::fashion::orderview {
namespace {

using delivery::v1::DeliveryCanceled;
using delivery::v1::DeliveryCompleted;
using delivery::v1::DeliveryStarted;
using fashion::store::v1::StoreAccepted;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using order::v1::OrderCanceled;
using order::v1::OrderPlaced;
using payment::v1::PaymentCanceled;
using rpc::ReasonOf;
using View = v1::OrderStatus;

// Live in a store that was never rebuilt.
constexpr uint32_t kGeneration = 1;

class OrderviewServiceTest : public ::testing::Test {
 protected:
  OrderviewServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("fashion", view_, kGeneration));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    const absl::Status heard = context_.Hear(Enveloped("fashion." + context, "e1", Proto<E>(text)));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearPlaced(const std::string& id, const std::string& customer,
                  const std::string& store = "s1") {
    Hear<OrderPlaced>("order", "order_id: '" + id + "' customer_id: '" + customer +
                                   "' store_id: '" + store + "'");
  }
  absl::StatusOr<View> Get(std::string_view who, const std::string& id) {
    v1::GetOrderStatusRequest request;
    request.set_order_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetOrderStatus(call, request));
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListOrderStatusesRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListOrderStatuses(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const View& status : page->order_statuses()) ids.push_back(status.order_id());
    return ids;
  }

  using Ids = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "fashion", "orderview"};
  events::View view_;
  OrderviewService service_{context_.store()};
};

TEST_F(OrderviewServiceTest, FollowsEveryContext) {
  Hear<StoreAccepted>("store", "order_id: 'o1'");
  EXPECT_EQ(ReasonOf(Get("customer:kim", "o1").status()), "NOT_FOUND") << "it waits unseen";
  EXPECT_EQ(List("admin:root"), Ids{});
  HearPlaced("o1", "kim");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_ACCEPTED);
  Hear<DeliveryStarted>("delivery", "order_id: 'o1' delivery_id: 'd1'");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_DELIVERING);
  EXPECT_EQ(Get("customer:kim", "o1")->delivery_status(), View::DELIVERY_STATUS_STARTED);
  EXPECT_EQ(Get("customer:kim", "o1")->delivery_id(), "d1");
  Hear<DeliveryCompleted>("delivery", "order_id: 'o1' delivery_id: 'd1' rider_id: 'jun'");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_COMPLETED);
  EXPECT_EQ(Get("customer:kim", "o1")->delivery_status(), View::DELIVERY_STATUS_COMPLETED);
}

TEST_F(OrderviewServiceTest, CanceledOnesStayAndAreRefunded) {
  HearPlaced("o1", "kim");
  Hear<DeliveryStarted>("delivery", "order_id: 'o1' delivery_id: 'd1'");
  Hear<DeliveryCanceled>("delivery", "order_id: 'o1' delivery_id: 'd1'");
  EXPECT_EQ(Get("customer:kim", "o1")->delivery_status(), View::DELIVERY_STATUS_CANCELED);
  Hear<OrderCanceled>("order", "order_id: 'o1'");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_CANCELED);
  Hear<PaymentCanceled>("payment", "reference_id: 'o1'");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_REFUNDED);
  Hear<StoreAccepted>("store", "order_id: 'o1'");
  EXPECT_EQ(Get("customer:kim", "o1")->order_status(), View::STATUS_REFUNDED);
  EXPECT_TRUE(Get("customer:kim", "o1")->has_accept_time());
  EXPECT_EQ(List("customer:kim"), Ids{"o1"});
}

TEST_F(OrderviewServiceTest, RejectedOrdersAreNeverShown) {
  Hear<PaymentCanceled>("payment", "reference_id: 'undone'");
  EXPECT_EQ(List("admin:root"), Ids{});
}

TEST_F(OrderviewServiceTest, RowsAreTheirCustomersTheirStoresOwnersTheirRidersAndAdmins) {
  HearPlaced("o1", "kim");
  HearPlaced("o2", "lee", "s2");
  HearPlaced("o3", "kim", "s2");
  // The rider of o4 is heard of before o4 is placed.
  Hear<DeliveryCompleted>("delivery", "order_id: 'o1' rider_id: 'jun'");
  Hear<DeliveryCompleted>("delivery", "order_id: 'o4' rider_id: 'jun'");
  HearPlaced("o4", "lee");
  EXPECT_EQ(List("customer:kim"), (Ids{"o3", "o1"}));
  EXPECT_EQ(List("customer:kim", "page_size: 1"), Ids{"o3"});
  EXPECT_EQ(List("owner:park@s2"), (Ids{"o3", "o2"}));
  EXPECT_EQ(List("owner:park@s1,s2", "store_id: 's1'"), (Ids{"o4", "o1"}));
  EXPECT_EQ(List("rider:jun"), (Ids{"o4", "o1"}));
  EXPECT_EQ(List("rider:sora"), Ids{});
  EXPECT_EQ(List("admin:root", "order_status: STATUS_COMPLETED"), (Ids{"o4", "o1"}));
  EXPECT_EQ(ReasonOf(Get("customer:lee", "o1").status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("owner:park@s2", "o1").status()), "NOT_FOUND");
  EXPECT_TRUE(Get("owner:park@s1", "o1").ok());
  EXPECT_TRUE(Get("rider:jun", "o1").ok());
  EXPECT_TRUE(Get("admin:root", "o1").ok());
}

}  // namespace
}  // namespace maru::fashion::orderview
