// Goal: every rule that domain.md has for messages, and who is told what in each system.
// Method: state + command or event in, row or reason out; no server, no store.
#include "services/message/domain.h"

#include <string>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/message/datecourse_texts.h"
#include "services/message/homecleaning_texts.h"

namespace maru::message {
namespace {

using options::v1::ROLE_ADMIN;
using options::v1::ROLE_CUSTOMER;

constexpr char kRow[] = R"pb(
  id: "m1"
  recipient: "minsu"
  subject_id: "s1"
  kind: "BookmarkRegistered"
  text: "한강 산책"
  create_time { seconds: 100 }
  event_id: "e1"
)pb";

rpc::Identity Actor(std::string subject, rpc::Role role) {
  return {.subject = std::move(subject), .roles = {role}, .store_ids = {}};
}

TEST(MessageDomainTest, MessageSaysWhichEventCausedItAndWhen) {
  const auto envelope = Proto<event::v1::Event>(R"pb(
    id: "e1"
    type: "maru.datecourse.review.v1.ReviewRegistered"
    time { seconds: 100 }
  )pb");
  const Notice notice = {.recipient = "jiwoo", .subject_id = "s1", .text = "새 후기"};
  EXPECT_THAT(Compose(notice, envelope, "m1"), IsProto(R"pb(
                id: "m1"
                recipient: "jiwoo"
                subject_id: "s1"
                kind: "ReviewRegistered"
                text: "새 후기"
                create_time { seconds: 100 }
                event_id: "e1"
              )pb"));
}

TEST(MessageDomainTest, MarkReadIsForTheRecipientAndMayBeRepeated) {
  const auto once = MarkRead(Proto<disk::Message>(kRow), "m1", "minsu");
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_TRUE(once->read());
  const auto twice = MarkRead(*once, "m1", "minsu");
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_THAT(*twice, IsProto(once->DebugString()));
}

TEST(MessageDomainTest, MarkReadOfSomebodyElsesIsNotFound) {
  EXPECT_EQ(rpc::ReasonOf(MarkRead(std::nullopt, "m1", "minsu").status()), "NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(MarkRead(Proto<disk::Message>(kRow), "m1", "yuna").status()),
            "NOT_FOUND");
}

TEST(MessageDomainTest, MessagesAreTheRecipientsAndAdmins) {
  const auto row = Proto<disk::Message>(kRow);
  EXPECT_TRUE(MayRead(row, Actor("minsu", ROLE_CUSTOMER)));
  EXPECT_TRUE(MayRead(row, Actor("root", ROLE_ADMIN)));
  EXPECT_FALSE(MayRead(row, Actor("yuna", ROLE_CUSTOMER)));
}

TEST(MessageDomainTest, ShowsAllButTheEventsId) {
  EXPECT_THAT(ToApi(Proto<disk::Message>(kRow)), IsProto(R"pb(
                id: "m1"
                recipient: "minsu"
                subject_id: "s1"
                kind: "BookmarkRegistered"
                text: "한강 산책"
                create_time { seconds: 100 }
              )pb"));
}

TEST(DatecourseTextsTest, BookmarksAreToldToTheirCustomer) {
  const std::string text = R"pb(communication_id: "c1" schedule_id: "s1" customer_id: "minsu")pb";
  const Notice registered =
      NoticeOf(Proto<datecourse::communication::v1::BookmarkRegistered>(text));
  EXPECT_EQ(registered.recipient, "minsu");
  EXPECT_EQ(registered.subject_id, "s1");
  const Notice canceled = NoticeOf(Proto<datecourse::communication::v1::BookmarkCanceled>(text));
  EXPECT_EQ(canceled.recipient, "minsu");
  EXPECT_EQ(canceled.subject_id, "s1");
  EXPECT_NE(canceled.text, registered.text);
}

TEST(DatecourseTextsTest, NewReviewsAreToldToTheHost) {
  auto event = Proto<datecourse::review::v1::ReviewRegistered>(R"pb(
    review_id: "r1"
    schedule_id: "s1"
    customer_id: "minsu"
    uploader_id: "jiwoo"
    comment_text: "최고의 하루"
    rating: 5
  )pb");
  const Notice rated = NoticeOf(event);
  EXPECT_EQ(rated.recipient, "jiwoo");
  EXPECT_EQ(rated.subject_id, "s1");
  EXPECT_EQ(rated.text, "데이트 코스에 새 후기가 달렸습니다 (5/5): 최고의 하루");
  event.clear_rating();
  EXPECT_EQ(NoticeOf(event).text, "데이트 코스에 새 후기가 달렸습니다: 최고의 하루");
}

TEST(HomecleaningTextsTest, EverythingIsToldToTheCustomerOfTheReservation) {
  const auto expect = [](const Notice& notice, const std::string& text) {
    EXPECT_EQ(notice.recipient, "minsu");
    EXPECT_EQ(notice.subject_id, "r1");
    EXPECT_EQ(notice.text, text);
  };
  namespace cleaning = homecleaning::cleaning::v1;
  namespace paymethod = homecleaning::paymethod::v1;
  const std::string paid = "reference_id: 'r1' customer_id: 'minsu' currency_code: 'KRW' ";
  expect(NoticeOf(Proto<payment::v1::PaymentApproved>(paid +
                                                      "amount: 1234567 pay_kind: PAY_KIND_CREDIT")),
         "청소 예약이 결제되었습니다: 1,234,567원, 신용카드");
  expect(NoticeOf(Proto<payment::v1::PaymentCanceled>(paid + "amount: 900")),
         "결제가 취소되어 환불되었습니다: 900원");
  expect(NoticeOf(Proto<payment::v1::PaymentKindRefused>(
             "reference_id: 'r1' customer_id: 'minsu' pay_kind: PAY_KIND_BANK")),
         "결제 수단 변경이 거절되었습니다. 그대로 유지됩니다: 계좌이체");
  const std::string reserved = "reservation_id: 'r1' customer_id: 'minsu' ";
  expect(NoticeOf(Proto<cleaning::CleaningConfirmed>(reserved)), "청소가 끝났습니다.");
  const std::string by = reserved + "kind: PAY_KIND_CREDIT masked_number: '****-3456'";
  expect(NoticeOf(Proto<paymethod::PaymethodRegistered>(by)),
         "결제 수단이 등록되었습니다: 신용카드 ****-3456");
  expect(NoticeOf(Proto<paymethod::PaymethodChanged>(by)),
         "결제 수단 변경을 요청했습니다: 신용카드 ****-3456");
}

}  // namespace
}  // namespace maru::message
