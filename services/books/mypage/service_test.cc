// Goal: customers see their own reservations, canceled ones too. Method: the view and its queries
// over a store in memory, without a transport.
#include "services/books/mypage/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/books/book/v1/events.maru.h"
#include "maru/books/delivery/v1/events.maru.h"
#include "maru/books/reservation/v1/events.maru.h"
#include "services/books/mypage/view.h"
#include "services/testing/test_context.h"

namespace maru::books::mypage {
namespace {

using book::v1::OutOfStock;
using delivery::v1::BookDelivered;
using delivery::v1::DeliveryCanceled;
using delivery::v1::DeliveryRequested;
using Entry = v1::MyPageEntry;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using reservation::v1::ReservationCanceled;
using reservation::v1::Reserved;
using rpc::ReasonOf;

// Live in a store that was never rebuilt.
constexpr uint32_t kGeneration = 1;

class MypageServiceTest : public ::testing::Test {
 protected:
  MypageServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("books", view_, kGeneration));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    const absl::Status heard = context_.Hear(Enveloped("books." + context, "e1", Proto<E>(text)));
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearReserved(const std::string& id, const std::string& customer) {
    Hear<Reserved>("reservation", "reservation_id: '" + id + "' customer_id: '" + customer + "'");
  }
  absl::StatusOr<Entry> Get(std::string_view who, const std::string& id) {
    v1::GetMyPageEntryRequest request;
    request.set_reservation_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetMyPageEntry(call, request));
  }
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    const auto request = Proto<v1::ListMyPageEntriesRequest>(text);
    const rpc::CallContext call = CallBy(who);
    const auto page = context_.Run(service_.ListMyPageEntries(call, request));
    MARU_CHECK(page.ok());
    std::vector<std::string> ids;
    for (const Entry& entry : page->my_page_entries()) ids.push_back(entry.reservation_id());
    return ids;
  }

  using Ids = std::vector<std::string>;
  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "books", "mypage"};
  events::View view_;
  MypageService service_{context_.store()};
};

TEST_F(MypageServiceTest, ShowsWhatEveryContextTold) {
  Hear<DeliveryRequested>("delivery", "reservation_id: 'r1' delivery_id: 'd1'");
  EXPECT_EQ(ReasonOf(Get("customer:kim", "r1").status()), "NOT_FOUND") << "it waits unseen";
  EXPECT_EQ(List("admin:root"), Ids{});
  HearReserved("r1", "kim");
  EXPECT_EQ(Get("customer:kim", "r1")->delivery_id(), "d1");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), Entry::STATUS_RESERVED);
  Hear<BookDelivered>("delivery", "reservation_id: 'r1'");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), Entry::STATUS_DELIVERED);
  Hear<ReservationCanceled>("reservation", "reservation_id: 'r1'");
  Hear<DeliveryCanceled>("delivery", "reservation_id: 'r1'");
  EXPECT_EQ(Get("customer:kim", "r1")->status(), Entry::STATUS_CANCELED);
  EXPECT_EQ(List("customer:kim"), Ids{"r1"});
  HearReserved("r2", "kim");
  Hear<OutOfStock>("book", "reservation_id: 'r2'");
  EXPECT_EQ(Get("customer:kim", "r2")->status(), Entry::STATUS_CANCELED);
}

TEST_F(MypageServiceTest, CustomersSeeTheirOwnLibrariansAll) {
  HearReserved("r1", "kim");
  HearReserved("r2", "lee");
  HearReserved("r3", "kim");
  EXPECT_EQ(List("customer:kim"), (Ids{"r3", "r1"}));
  EXPECT_EQ(List("customer:kim", "page_size: 1"), Ids{"r3"});
  EXPECT_EQ(List("librarian:sujin"), (Ids{"r3", "r2", "r1"}));
  EXPECT_EQ(List("admin:root"), (Ids{"r3", "r2", "r1"}));
  EXPECT_EQ(ReasonOf(Get("customer:lee", "r1").status()), "NOT_FOUND");
  EXPECT_TRUE(Get("librarian:sujin", "r1").ok());
}

}  // namespace
}  // namespace maru::books::mypage
