// Goal: people see the paid orders that concern them, and nobody else's. Method: the view and its
// queries over a store in memory, without a transport.
#include "services/food/dashboard/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/food/delivery/v1/events.maru.h"
#include "maru/food/order/v1/events.maru.h"
#include "maru/food/store/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/food/dashboard/view.h"
#include "services/testing/test_context.h"

namespace maru::food::dashboard {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

// Live in a store that was never rebuilt.
constexpr uint32_t kGeneration = 1;

class DashboardServiceTest : public ::testing::Test {
 protected:
  DashboardServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("food", view_, kGeneration));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    const absl::Status heard = context_.Hear(Enveloped("food." + context, "e1", Proto<E>(text)));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearPlaced(const std::string& id, const std::string& customer,
                  const std::string& store = "s1") {
    Hear<order::v1::OrderPlaced>("order", "order_id: '" + id + "' customer_id: '" + customer +
                                              "' store_id: '" + store + "'");
  }
  absl::StatusOr<v1::OrderView> Get(std::string_view who, const std::string& id) {
    v1::GetOrderViewRequest request;
    request.set_order_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetOrderView(call, request));
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListOrderViewsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListOrderViews(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const v1::OrderView& view : page->order_views()) ids.push_back(view.order_id());
    return ids;
  }

  using Ids = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "food", "dashboard"};
  events::View view_;
  DashboardService service_{executor_, context_.store()};
};

TEST_F(DashboardServiceTest, FollowsEveryContext) {
  Hear<food::store::v1::StoreAccepted>("store", "order_id: 'o1'");
  EXPECT_EQ(ReasonOf(Get("customer:kim", "o1").status()), "NOT_FOUND") << "it waits unseen";
  EXPECT_EQ(List("admin:root"), Ids{});
  HearPlaced("o1", "kim");
  const auto status = [this] { return Get("customer:kim", "o1")->status(); };
  EXPECT_EQ(status(), v1::OrderView::STATUS_ACCEPTED);
  Hear<food::store::v1::CookStarted>("store", "order_id: 'o1'");
  EXPECT_EQ(status(), v1::OrderView::STATUS_COOKING);
  Hear<food::store::v1::CookFinished>("store", "order_id: 'o1'");
  EXPECT_EQ(status(), v1::OrderView::STATUS_COOKED);
  Hear<delivery::v1::DeliveryStarted>("delivery", "order_id: 'o1'");
  EXPECT_EQ(status(), v1::OrderView::STATUS_DELIVERING);
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "order_id: 'o1' rider_id: 'jun'");
  EXPECT_EQ(status(), v1::OrderView::STATUS_PICKED_UP);
  Hear<delivery::v1::DeliveryCompleted>("delivery", "order_id: 'o1' rider_id: 'jun'");
  EXPECT_EQ(status(), v1::OrderView::STATUS_DELIVERED);
}

TEST_F(DashboardServiceTest, CanceledAndRejectedOnesStayAndAreRefunded) {
  HearPlaced("o1", "kim");
  HearPlaced("o2", "kim");
  Hear<order::v1::OrderCanceled>("order", "order_id: 'o1'");
  Hear<food::store::v1::StoreRejected>("store", "order_id: 'o2'");
  EXPECT_EQ(Get("customer:kim", "o1")->status(), v1::OrderView::STATUS_CANCELED);
  EXPECT_EQ(Get("customer:kim", "o2")->status(), v1::OrderView::STATUS_STORE_REJECTED);
  for (const char* id : {"o1", "o2"}) {
    Hear<payment::v1::PaymentCanceled>("payment", std::string("reference_id: '") + id + "'");
    EXPECT_EQ(Get("customer:kim", id)->status(), v1::OrderView::STATUS_REFUNDED);
  }
  EXPECT_EQ(List("customer:kim"), (Ids{"o2", "o1"}));
}

TEST_F(DashboardServiceTest, RejectedOrdersAreNeverShown) {
  Hear<payment::v1::PaymentCanceled>("payment", "reference_id: 'undone'");
  EXPECT_EQ(List("admin:root"), Ids{});
}

TEST_F(DashboardServiceTest, RowsAreTheirCustomersTheirStoresOwnersTheirRidersAndAdmins) {
  HearPlaced("o1", "kim");
  HearPlaced("o2", "lee", "s2");
  HearPlaced("o3", "kim", "s2");
  // The rider of o1 is heard of before o4 is placed.
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "order_id: 'o1' rider_id: 'jun'");
  Hear<delivery::v1::DeliveryPickedUp>("delivery", "order_id: 'o4' rider_id: 'jun'");
  HearPlaced("o4", "lee");
  EXPECT_EQ(List("customer:kim"), (Ids{"o3", "o1"}));
  EXPECT_EQ(List("customer:kim", "page_size: 1"), Ids{"o3"});
  EXPECT_EQ(List("owner:park@s2"), (Ids{"o3", "o2"}));
  EXPECT_EQ(List("owner:park@s1,s2", "store_id: 's1'"), (Ids{"o4", "o1"}));
  EXPECT_EQ(List("rider:jun"), (Ids{"o4", "o1"}));
  EXPECT_EQ(List("rider:sora"), Ids{});
  EXPECT_EQ(List("admin:root", "status: STATUS_PICKED_UP"), (Ids{"o4", "o1"}));
  EXPECT_EQ(ReasonOf(Get("customer:lee", "o1").status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("owner:park@s2", "o1").status()), "NOT_FOUND");
  EXPECT_TRUE(Get("owner:park@s1", "o1").ok());
  EXPECT_TRUE(Get("rider:jun", "o1").ok());
  EXPECT_TRUE(Get("admin:root", "o1").ok());
}

}  // namespace
}  // namespace maru::food::dashboard
