// Goal: who hands back the position that a command's reply gave sees what the command did, at once
// and whatever restarted meanwhile; where the view cannot get there in time, VIEW_BEHIND says so
// (domain.md, "Read your writes"). Method: real processes; one actor who compares exact counts
// without ever polling.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/harness/actor.h"
#include "tests/harness/checkers.h"
#include "tests/harness/fixture.h"

namespace maru::harness {
namespace {

using communication::Communication;

// The time for the broker's clients to find it again.
constexpr absl::Duration kReconnect = absl::Seconds(15);

class ReadYourWritesTest : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (HasFatalFailure()) return;
    host_.emplace(system(), "host", "mina");
    customer_.emplace(system(), "customer", "kim");
    schedule::RegisterScheduleRequest request;
    request.set_title("한강 노을 산책");
    request.set_uploader("미나");
    request.set_review_open(true);
    const auto course = host().Call(kRegisterSchedule, request);
    ASSERT_TRUE(course.ok()) << course;
    course_id_ = course.reply.id();
    course_position_ = course.position;
    // The positions of what is said about it do not cover the course itself: another context's
    // event.
    const auto page = Page(course_position_);
    ASSERT_TRUE(page.ok()) << page;
  }

  Result<Communication> Comment(const std::string& text) {
    communication::RegisterRequest request;
    request.set_schedule_id(course_id_);
    request.set_kind(Communication::KIND_COMMENT);
    request.set_comment_text(text);
    return customer().Call(kRegister, request);
  }

  enum class By { kMetadata, kField };

  Result<viewpage::ScheduleView> Page(const std::string& position, By by = By::kMetadata,
                                      absl::Duration timeout = absl::Seconds(5)) {
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(course_id_);
    CallOptions options;
    options.timeout = timeout;
    (by == By::kField ? *request.mutable_position() : options.position) = position;
    return customer().Call(kGetScheduleView, request, options);
  }

  const Actor& host() { return *host_; }
  const Actor& customer() { return *customer_; }
  const std::string& course_id() { return course_id_; }
  const std::string& course_position() { return course_position_; }

 private:
  std::optional<Actor> host_;
  std::optional<Actor> customer_;
  std::string course_id_;
  std::string course_position_;
};

TEST_F(ReadYourWritesTest, ThePageShowsANewCourseToWhoHandsBackItsPosition) {
  for (int i = 0; i < 20; ++i) {
    schedule::RegisterScheduleRequest request;
    request.set_title(absl::StrCat("성수동 카페 골목 ", i));
    const auto course = host().Call(kRegisterSchedule, request);
    ASSERT_TRUE(course.ok()) << course;
    ASSERT_FALSE(course.position.empty());
    viewpage::GetScheduleViewRequest page_request;
    page_request.set_schedule_id(course.reply.id());
    page_request.set_position(course.position);
    const auto page = customer().Call(kGetScheduleView, page_request);
    ASSERT_TRUE(page.ok()) << page;
    EXPECT_EQ(page.reply.title(), request.title());
  }
}

TEST_F(ReadYourWritesTest, EveryCommentIsCountedByMetadataAndByField) {
  for (int i = 1; i <= 100; ++i) {
    const auto comment = Comment(absl::StrCat("댓글 ", i));
    ASSERT_TRUE(comment.ok()) << comment;
    ASSERT_FALSE(comment.position.empty());
    const auto page = Page(comment.position, i % 2 == 0 ? By::kMetadata : By::kField);
    ASSERT_TRUE(page.ok()) << page;
    ASSERT_EQ(page.reply.comment_count(), i);
  }
}

TEST_F(ReadYourWritesTest, TheCountsOfScheduleFollowAPositionToo) {
  for (int i = 1; i <= 20; ++i) {
    const auto comment = Comment(absl::StrCat("댓글 ", i));
    ASSERT_TRUE(comment.ok()) << comment;
    schedule::GetScheduleRequest request;
    request.set_id(course_id());
    request.set_position(comment.position);
    const auto row = customer().Call(kGetSchedule, request);
    ASSERT_TRUE(row.ok()) << row;
    ASSERT_EQ(row.reply.comment_count(), i);
  }
}

TEST_F(ReadYourWritesTest, MessagesFollowAPositionToo) {
  communication::RegisterRequest request;
  request.set_schedule_id(course_id());
  request.set_kind(Communication::KIND_BOOKMARK);
  const auto bookmark = customer().Call(kRegister, request);
  ASSERT_TRUE(bookmark.ok()) << bookmark;
  message::ListMessagesRequest list;
  list.set_position(bookmark.position);
  const auto messages = customer().Call(kListMessages, list);
  ASSERT_TRUE(messages.ok()) << messages;
  ASSERT_EQ(messages.reply.messages_size(), 1);
  EXPECT_EQ(messages.reply.messages(0).kind(), "BookmarkRegistered");
}

TEST_F(ReadYourWritesTest, AReviewIsOnThePageOfItsWriter) {
  review::WriteReviewRequest request;
  request.set_schedule_id(course_id());
  request.set_comment_text("노을이 최고였어요");
  request.set_rating(5);
  const auto review = customer().Call(kWriteReview, request);
  ASSERT_TRUE(review.ok()) << review;
  const auto page = Page(review.position);
  ASSERT_TRUE(page.ok()) << page;
  ASSERT_EQ(page.reply.latest_reviews_size(), 1);
  EXPECT_EQ(page.reply.latest_reviews(0).review_id(), review.reply.id());
}

TEST_F(ReadYourWritesTest, ARepeatedCommandGivesAPositionThatShowsItsFirstResult) {
  communication::RegisterRequest request;
  request.set_schedule_id(course_id());
  request.set_kind(Communication::KIND_LIKE);
  request.set_request_id(NewRequestId());
  ASSERT_TRUE(customer().Call(kRegister, request).ok());
  const auto repeat = customer().Call(kRegister, request);
  ASSERT_TRUE(repeat.ok()) << repeat;
  const auto page = Page(repeat.position);
  ASSERT_TRUE(page.ok()) << page;
  EXPECT_EQ(page.reply.like_count(), 1);
}

TEST_F(ReadYourWritesTest, PositionsHoldAfterTheBrokerWasKilledAndAfterTheViewWas) {
  int comments = 0;
  for (const std::string& victim :
       {std::string(kBroker), std::string(kViewpage), std::string(kCommunication)}) {
    SCOPED_TRACE(victim);
    const auto before = Comment("죽기 전에");
    ASSERT_TRUE(before.ok()) << before;
    system().Kill(victim);
    ASSERT_TRUE(system().Start(victim).ok());
    const auto after = Comment("다시 살아나서");
    ASSERT_TRUE(after.ok()) << after;
    comments += 2;
    // VIEW_BEHIND while connections come back is allowed; a page that misses a write is not.
    Result<viewpage::ScheduleView> page;
    EXPECT_EQ(Eventually(kReconnect,
                         [&] {
                           page = Page(after.position);
                           return page.ok() ? "" : Describe(page);
                         }),
              "");
    EXPECT_EQ(page.reply.comment_count(), comments);
    const auto older = Page(before.position);
    ASSERT_TRUE(older.ok()) << older;
    EXPECT_EQ(older.reply.comment_count(), comments);
  }
}

TEST_F(ReadYourWritesTest, AViewThatCannotGetThereByTheDeadlineSaysViewBehind) {
  system().Suspend(kBroker);
  const auto comment = Comment("브로커가 멈췄어요");
  ASSERT_TRUE(comment.ok()) << "a dead broker costs nobody a command: " << comment;

  // The contract's deadline is 2 s, the caller's may be shorter: the answer comes before either.
  for (const absl::Duration timeout : {absl::Seconds(10), absl::Milliseconds(500)}) {
    const auto behind = Page(comment.position, By::kMetadata, timeout);
    EXPECT_EQ(behind.code, absl::StatusCode::kUnavailable) << behind;
    EXPECT_EQ(behind.reason(), "VIEW_BEHIND") << behind;
    EXPECT_TRUE(behind.retry_delay.has_value());
    EXPECT_LT(behind.took, std::min(timeout, absl::Seconds(3)));
  }
  const auto old = Page("");
  EXPECT_TRUE(old.ok()) << "without a position it shows what it has: " << old;
  EXPECT_EQ(old.reply.comment_count(), 0);

  system().Resume(kBroker);
  const auto shown = [&] {
    const auto page = Page(comment.position);
    return page.ok() && page.reply.comment_count() == 1 ? "" : Describe(page);
  };
  EXPECT_EQ(Eventually(kReconnect, shown), "");
}

TEST_F(ReadYourWritesTest, APositionOfATopicThatTheViewDoesNotReadIsNoReasonToWait) {
  // The message context does not hear schedule's events.
  message::ListMessagesRequest request;
  request.set_position(course_position());
  const auto messages = customer().Call(kListMessages, request);
  EXPECT_TRUE(messages.ok()) << messages;
  EXPECT_LT(messages.took, absl::Seconds(1));
}

}  // namespace
}  // namespace maru::harness
