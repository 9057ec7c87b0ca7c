// Goal: customers see their own paid reservations, canceled ones too. Method: the view and its
// queries over a store in memory, without a transport.
#include "services/homecleaning/dashboard/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/homecleaning/cleaning/v1/events.maru.h"
#include "maru/homecleaning/paymethod/v1/events.maru.h"
#include "maru/homecleaning/reservation/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/homecleaning/dashboard/view.h"
#include "services/testing/test_context.h"

namespace maru::homecleaning::dashboard {
namespace {

using cleaning::v1::CleaningConfirmed;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using payment::v1::PaymentApproved;
using payment::v1::PaymentCanceled;
using payment::v1::PaymentKindChanged;
using payment::v1::PaymentKindRefused;
using paymethod::v1::PaymethodChanged;
using paymethod::v1::PaymethodRegistered;
using reservation::v1::CleaningRequestCanceled;
using reservation::v1::CleaningRequested;
using rpc::ReasonOf;

// Live in a store that was never rebuilt.
constexpr uint32_t kGeneration = 1;

class DashboardServiceTest : public ::testing::Test {
 protected:
  DashboardServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("homecleaning", view_, kGeneration));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    event::v1::Event envelope = Enveloped("homecleaning." + context, "e1", Proto<E>(text));
    envelope.set_sequence(++sequence_);
    const absl::Status heard = context_.Hear(envelope);
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearRequested(const std::string& id, const std::string& customer) {
    Hear<CleaningRequested>(
        "reservation", "reservation_id: '" + id + "' customer_id: '" + customer + "' price: 20000");
  }
  absl::StatusOr<v1::ReservationView> Get(std::string_view who, const std::string& id) {
    v1::GetReservationViewRequest request;
    request.set_reservation_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetReservationView(call, request));
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListReservationViewsRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListReservationViews(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const v1::ReservationView& view : page->reservation_views()) {
      ids.push_back(view.reservation_id());
    }
    return ids;
  }

  using Ids = std::vector<std::string>;
  uint64_t sequence_ = 0;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "homecleaning", "dashboard"};
  events::View view_;
  DashboardService service_{context_.store()};
};

TEST_F(DashboardServiceTest, ShowsWhatEveryContextTold) {
  Hear<PaymentApproved>("payment", "reference_id: 'r1' pay_kind: PAY_KIND_CREDIT");
  EXPECT_EQ(ReasonOf(Get("customer:kim", "r1").status()), "NOT_FOUND") << "it waits unseen";
  EXPECT_EQ(List("admin:root"), Ids{});
  HearRequested("r1", "kim");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), v1::ReservationView::STATUS_PAID);
  Hear<PaymethodRegistered>("paymethod",
                            "reservation_id: 'r1' paymethod_id: 'c1' masked_number: '*1'");
  EXPECT_EQ(Get("customer:kim", "r1")->masked_number(), "*1");
  Hear<PaymentKindChanged>("payment",
                           "reference_id: 'r1' change_id: 'c1' pay_kind: PAY_KIND_BANK "
                           "masked_number: '*1'");
  EXPECT_EQ(Get("customer:kim", "r1")->pay_kind(), payment::v1::PAY_KIND_BANK);
  Hear<PaymethodChanged>("paymethod", "reservation_id: 'r1' change_id: 'c2' masked_number: '*2'");
  EXPECT_EQ(Get("customer:kim", "r1")->masked_number(), "*2");
  Hear<PaymentKindRefused>("payment", "reference_id: 'r1' change_id: 'c2'");
  EXPECT_EQ(Get("customer:kim", "r1")->masked_number(), "*1");
  Hear<CleaningConfirmed>("cleaning", "reservation_id: 'r1' clean_date { seconds: 9 }");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), v1::ReservationView::STATUS_CLEANED);
}

TEST_F(DashboardServiceTest, ACanceledRowStays) {
  HearRequested("r1", "kim");
  Hear<CleaningRequestCanceled>("reservation", "reservation_id: 'r1'");
  EXPECT_EQ(List("customer:kim"), Ids{"r1"});
  Hear<PaymentCanceled>("payment", "reference_id: 'r1'");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), v1::ReservationView::STATUS_REFUNDED);
}

TEST_F(DashboardServiceTest, RowsAreTheirCustomersAndAdmins) {
  HearRequested("r1", "kim");
  HearRequested("r2", "lee");
  HearRequested("r3", "kim");
  EXPECT_EQ(List("customer:kim"), (Ids{"r3", "r1"}));
  EXPECT_EQ(List("customer:kim", "page_size: 1"), Ids{"r3"});
  EXPECT_EQ(List("customer:lee"), Ids{"r2"});
  EXPECT_EQ(List("admin:root"), (Ids{"r3", "r2", "r1"}));
  EXPECT_EQ(ReasonOf(Get("customer:lee", "r1").status()), "NOT_FOUND");
  EXPECT_TRUE(Get("admin:root", "r1").ok());
}

}  // namespace
}  // namespace maru::homecleaning::dashboard
