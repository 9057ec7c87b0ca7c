// Goal: everybody is told what concerns them, once, and reads only that.
// Method: policies and handlers over a store in memory, without a transport.
#include "services/message/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/datecourse/communication/v1/events.maru.h"
#include "maru/datecourse/review/v1/events.maru.h"
#include "maru/homecleaning/cleaning/v1/events.maru.h"
#include "maru/homecleaning/paymethod/v1/events.maru.h"
#include "maru/payment/v1/events.maru.h"
#include "services/message/policies.h"
#include "services/testing/test_context.h"

namespace maru::message {
namespace {

using datecourse::communication::v1::BookmarkCanceled;
using datecourse::communication::v1::BookmarkRegistered;
using datecourse::communication::v1::LikeRegistered;
using datecourse::review::v1::ReviewRegistered;
using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr char kKimsBookmark[] =
    R"pb(communication_id: "c1" schedule_id: "s1" customer_id: "kim")pb";

class MessageServiceTest : public ::testing::Test {
 protected:
  MessageServiceTest() {
    events::Policies policies;
    MARU_CHECK(AddPolicies("datecourse", policies));
    context_.Route(events::Routes::Of("datecourse", policies));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& event_id, const std::string& text) {
    const auto envelope = Enveloped("datecourse." + context, event_id, Proto<E>(text));
    const absl::Status heard = context_.Hear(envelope);
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void HearStory() {
    Hear<BookmarkRegistered>("communication", "e1", kKimsBookmark);
    Hear<LikeRegistered>("communication", "e2", kKimsBookmark);
    Hear<BookmarkCanceled>("communication", "e3", kKimsBookmark);
    Hear<ReviewRegistered>("review", "e4", R"pb(
      review_id: "r1"
      schedule_id: "s1"
      customer_id: "kim"
      uploader_id: "mina"
      comment_text: "최고")pb");
  }
  absl::StatusOr<v1::ListMessagesResponse> ListPage(std::string_view who, const std::string& text) {
    const auto request = Proto<v1::ListMessagesRequest>(text);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.ListMessages(call, request));
  }
  // Kinds of the messages that are listed.
  std::vector<std::string> List(std::string_view who, const std::string& text = "") {
    std::vector<std::string> kinds;
    const auto page = ListPage(who, text);
    MARU_CHECK(page.ok());
    for (const v1::Message& message : page->messages()) kinds.push_back(message.kind());
    return kinds;
  }
  absl::StatusOr<v1::Message> MarkRead(std::string_view who, const std::string& id) {
    v1::MarkReadRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.MarkRead(call, request));
  }
  absl::StatusOr<v1::Message> Get(std::string_view who, const std::string& id) {
    v1::GetMessageRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.GetMessage(call, request));
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "datecourse", "message"};
  MessageService service_{context_.store()};
};

using Kinds = std::vector<std::string>;

TEST_F(MessageServiceTest, BookmarksGoToTheirCustomerReviewsToTheHost) {
  HearStory();
  EXPECT_EQ(List("customer:kim"), (Kinds{"BookmarkCanceled", "BookmarkRegistered"}));
  EXPECT_EQ(List("host:mina"), Kinds{"ReviewRegistered"});
  EXPECT_EQ(List("customer:lee"), Kinds{});
  EXPECT_EQ(ListPage("host:mina", "")->messages(0).subject_id(), "s1");
  EXPECT_TRUE(context_.Emitted().empty());
}

TEST_F(MessageServiceTest, OneMessagePerEventAlsoWhenItComesAgain) {
  HearStory();
  HearStory();
  EXPECT_EQ(List("customer:kim"), (Kinds{"BookmarkCanceled", "BookmarkRegistered"}));
  EXPECT_EQ(List("host:mina"), Kinds{"ReviewRegistered"});
}

TEST_F(MessageServiceTest, AdminSeesEverybodysNobodyElseDoes) {
  HearStory();
  EXPECT_EQ(List("admin:root"),
            (Kinds{"ReviewRegistered", "BookmarkCanceled", "BookmarkRegistered"}));
  EXPECT_EQ(List("admin:root", "recipient: 'mina'"), Kinds{"ReviewRegistered"});
  EXPECT_EQ(List("customer:kim", "recipient: 'kim'").size(), 2);
  EXPECT_EQ(List("customer:kim", "recipient: 'mina'"), Kinds{});
  const std::string id = ListPage("host:mina", "")->messages(0).id();
  EXPECT_TRUE(Get("host:mina", id).ok());
  EXPECT_TRUE(Get("admin:root", id).ok());
  EXPECT_EQ(ReasonOf(Get("customer:kim", id).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Get("customer:kim", "no such message").status()), "NOT_FOUND");
}

TEST_F(MessageServiceTest, ReadStaysReadAndLeavesTheUnread) {
  HearStory();
  const std::string id = ListPage("customer:kim", "")->messages(0).id();
  EXPECT_EQ(List("customer:kim", "unread_only: true").size(), 2);
  for (int i = 0; i < 2; ++i) {
    const auto read = MarkRead("customer:kim", id);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->read());
  }
  EXPECT_TRUE(Get("customer:kim", id)->read());
  EXPECT_EQ(List("customer:kim", "unread_only: true"), Kinds{"BookmarkRegistered"});
  EXPECT_EQ(List("customer:kim").size(), 2);
  EXPECT_EQ(List("admin:root", "unread_only: true"),
            (Kinds{"ReviewRegistered", "BookmarkRegistered"}));
}

TEST_F(MessageServiceTest, SomebodyElsesIsNotMarkedAsRead) {
  HearStory();
  const std::string id = ListPage("host:mina", "")->messages(0).id();
  EXPECT_EQ(ReasonOf(MarkRead("customer:kim", id).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(MarkRead("admin:root", id).status()), "NOT_FOUND");
  EXPECT_FALSE(Get("host:mina", id)->read());
}

TEST_F(MessageServiceTest, ListsArePaged) {
  HearStory();
  const auto first = ListPage("customer:kim", "page_size: 1");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->messages(0).kind(), "BookmarkCanceled");
  EXPECT_EQ(List("customer:kim", "page_token: '" + first->next_page_token() + "'"),
            Kinds{"BookmarkRegistered"});
  // A token of one's own list reaches nobody else's.
  EXPECT_EQ(
      ReasonOf(ListPage("host:mina", "page_token: '" + first->next_page_token() + "'").status()),
      "INVALID_PAGE_TOKEN");
}

TEST(HomecleaningMessageTest, OneMessagePerEventToTheCustomer) {
  async::ManualExecutor executor;
  maru::testing::TestContext context(executor, "homecleaning", "message");
  events::Policies policies;
  ASSERT_TRUE(AddPolicies("homecleaning", policies));
  context.Route(events::Routes::Of("homecleaning", policies));
  namespace paymethod = homecleaning::paymethod::v1;
  const auto paid = [](auto event) {
    event.set_reference_id("r1");
    event.set_customer_id("kim");
    return event;
  };
  const auto reserved = [](auto event) {
    event.set_reservation_id("r1");
    event.set_customer_id("kim");
    return event;
  };
  const std::vector<event::v1::Event> heard = {
      Enveloped("homecleaning.payment", "e1", paid(payment::v1::PaymentApproved())),
      Enveloped("homecleaning.paymethod", "e2", reserved(paymethod::PaymethodRegistered())),
      Enveloped("homecleaning.paymethod", "e3", reserved(paymethod::PaymethodChanged())),
      Enveloped("homecleaning.payment", "e4", paid(payment::v1::PaymentKindRefused())),
      Enveloped("homecleaning.cleaning", "e5",
                reserved(homecleaning::cleaning::v1::CleaningConfirmed())),
      Enveloped("homecleaning.payment", "e6", paid(payment::v1::PaymentCanceled())),
      // Tells nobody anything: PaymethodChanged said it.
      Enveloped("homecleaning.payment", "e7", paid(payment::v1::PaymentKindChanged()))};
  for (int i = 0; i < 2; ++i) {
    for (const event::v1::Event& event : heard) ASSERT_TRUE(context.Hear(event).ok());
  }
  MessageService service(context.store());
  const rpc::CallContext call = CallBy("customer:kim");
  const auto page = context.Run(service.ListMessages(call, {}));
  ASSERT_TRUE(page.ok()) << page.status();
  Kinds kinds;
  for (const v1::Message& message : page->messages()) {
    kinds.push_back(message.kind());
    EXPECT_EQ(message.subject_id(), "r1");
  }
  EXPECT_EQ(kinds, (Kinds{"PaymentCanceled", "CleaningConfirmed", "PaymentKindRefused",
                          "PaymethodChanged", "PaymethodRegistered", "PaymentApproved"}));
}

TEST(MessagePoliciesTest, ASystemWithoutTextsIsRefused) {
  events::Policies policies;
  EXPECT_FALSE(AddPolicies("datecurse", policies));
}

}  // namespace
}  // namespace maru::message
