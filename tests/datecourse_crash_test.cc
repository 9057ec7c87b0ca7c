// Goal: whatever is killed, and whenever, no acknowledged command is lost or done twice, and every
// count, message and page is exact once everything runs again; what domain.md section 6 promises
// while something is down holds (the rows of datecourse, "broker", and "any one context killed
// mid-command"). Method: real processes under a load that retries until it knows each outcome;
// SIGKILL in the middle; then compare all that is stored with all that was acknowledged.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/harness/checkers.h"
#include "tests/harness/fixture.h"
#include "tests/harness/load.h"

namespace maru::harness {
namespace {

using communication::Communication;

// A call to a process that is not there ends at once, not at its deadline.
constexpr absl::Duration kAtOnce = absl::Seconds(1);
constexpr absl::Duration kCatchUp = absl::Seconds(20);

class DatecourseCrashTest : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (HasFatalFailure()) return;
    LoadOptions options;
    options.seed = static_cast<uint64_t>(testing::UnitTest::GetInstance()->random_seed());
    auto load = Load::Begin(system(), options);
    ASSERT_TRUE(load.ok()) << load.status();
    load_ = *std::move(load);
    ASSERT_EQ(load_->AwaitMore(200), "");
  }

  void TearDown() override {
    load_.reset();
    SystemTest::TearDown();
  }

  // Ends the load and compares all with what it was told.
  void ExpectExact() {
    load_->Finish();
    EXPECT_EQ(load_->problems(), "");
    Ledger all = load_->ledger();
    all.Merge(own_);
    EXPECT_EQ(CheckExact(system(), all), "");
  }

  Load& load() { return *load_; }
  // What the test itself was told.
  Ledger& own() { return own_; }

  // A course of the test's own, which the load does not touch.
  schedule::Schedule RegisterCourse(const Actor& host, bool review_open = true) {
    schedule::RegisterScheduleRequest request;
    request.set_title("북촌 한옥 골목");
    request.set_uploader("hana");
    request.set_review_open(review_open);
    const auto result = host.Call(kRegisterSchedule, request);
    EXPECT_TRUE(result.ok()) << result;
    own_.Registered(result.reply);
    return result.reply;
  }

  Result<Communication> Register(const Actor& customer, const std::string& schedule_id,
                                 Communication::Kind kind, const std::string& text = "") {
    communication::RegisterRequest request;
    request.set_schedule_id(schedule_id);
    request.set_kind(kind);
    request.set_comment_text(text);
    auto result = customer.Call(kRegister, request);
    if (result.ok()) own_.Registered(result.reply);
    return result;
  }

  Result<review::Review> Review(const Actor& customer, const schedule::Schedule& course) {
    review::WriteReviewRequest request;
    request.set_schedule_id(course.id());
    request.set_comment_text("골목이 예뻐요");
    auto result = customer.Call(kWriteReview, request);
    if (result.ok()) own_.Written(result.reply, course.uploader_id());
    return result;
  }

  Result<viewpage::ScheduleView> Page(const Actor& actor, const std::string& schedule_id) {
    viewpage::GetScheduleViewRequest request;
    request.set_schedule_id(schedule_id);
    return actor.Call(kGetScheduleView, request);
  }

  // Waits until the page is there. What is missing.
  std::string AwaitPage(const Actor& actor, const std::string& schedule_id) {
    return Eventually(kCatchUp, [&] {
      const auto page = Page(actor, schedule_id);
      return page.ok() ? "" : Describe(page);
    });
  }

 private:
  Ledger own_;
  std::unique_ptr<Load> load_;
};

// domain.md section 1, as one host and two customers live it, beside a load.
TEST_F(DatecourseCrashTest, TheStoryOfADateCourseHoldsBesideALoad) {
  const Actor mina(system(), "host", "hana");
  const Actor kim(system(), "customer", "kim");
  const Actor lee(system(), "customer", "lee");
  schedule::Schedule course = RegisterCourse(mina, /*review_open=*/false);
  ASSERT_EQ(AwaitPage(kim, course.id()), "");

  // People talk about it; a second like is refused.
  const auto comment = Register(kim, course.id(), Communication::KIND_COMMENT, "여기 정말 좋아요!");
  ASSERT_TRUE(comment.ok()) << comment;
  const auto bookmark = Register(kim, course.id(), Communication::KIND_BOOKMARK);
  ASSERT_TRUE(bookmark.ok()) << bookmark;
  ASSERT_TRUE(Register(lee, course.id(), Communication::KIND_LIKE).ok());
  const auto second = Register(lee, course.id(), Communication::KIND_LIKE);
  EXPECT_EQ(second.reason(), "ALREADY_EXISTS") << second;

  // Reviews are closed; once they are open, one is written, once.
  const auto closed = Review(kim, course);
  EXPECT_EQ(closed.code, absl::StatusCode::kFailedPrecondition) << closed;
  EXPECT_EQ(closed.reason(), "REVIEW_CLOSED") << closed;
  schedule::ModifyScheduleRequest open;
  open.mutable_schedule()->set_id(course.id());
  open.mutable_schedule()->set_review_open(true);
  open.mutable_update_mask()->add_paths("review_open");
  const auto opened = mina.Call(kModifySchedule, open);
  ASSERT_TRUE(opened.ok()) << opened;
  own().Modified(opened.reply);
  const auto review = Review(kim, course);
  ASSERT_TRUE(review.ok()) << review;
  EXPECT_EQ(Review(kim, course).reason(), "ALREADY_EXISTS");

  // She takes her bookmark back, twice: the second time changes nothing.
  communication::DeleteCommunicationRequest back;
  back.set_id(bookmark.reply.id());
  const auto canceled = kim.Call(kDeleteCommunication, back);
  ASSERT_TRUE(canceled.ok()) << canceled;
  own().Deleted(canceled.reply);
  EXPECT_TRUE(kim.Call(kDeleteCommunication, back).ok());
  EXPECT_TRUE(Register(kim, course.id(), Communication::KIND_BOOKMARK).ok()) << "allowed again";

  // The course ends; what was said about it stays, and one's own may be taken back.
  schedule::DeleteScheduleRequest end;
  end.set_id(course.id());
  ASSERT_TRUE(mina.Call(kDeleteSchedule, end).ok());
  own().DeletedSchedule(course.id());
  const auto refused = [&] {
    const auto late = Register(lee, course.id(), Communication::KIND_COMMENT, "늦었네요");
    return late.code == absl::StatusCode::kNotFound ? "" : Describe(late);
  };
  EXPECT_EQ(Eventually(kCatchUp, refused), "");
  review::DeleteReviewRequest remove;
  remove.set_id(review.reply.id());
  EXPECT_TRUE(kim.Call(kDeleteReview, remove).ok());
  own().DeletedReview(review.reply.id());
  ExpectExact();
}

TEST_F(DatecourseCrashTest, EverythingIsExactAfterEachProcessWasKilledInTheMiddleOfALoad) {
  struct Victim {
    std::string name;
    // Commands that the rest still acknowledges without it. None where every customer waits for it
    // sooner or later.
    uint64_t meanwhile;
  };
  const std::vector<Victim> victims = {{kMessage, 100}, {kViewpage, 100},    {kSchedule, 100},
                                       {kReview, 0},    {kCommunication, 0}, {kBroker, 100}};
  for (int round = 0; round < 2; ++round) {
    for (const auto& [victim, meanwhile] : victims) {
      SCOPED_TRACE(victim);
      ASSERT_EQ(load().AwaitMore(1000), "");
      system().Kill(victim);
      EXPECT_EQ(load().AwaitMore(meanwhile), "");
      ASSERT_TRUE(system().Start(victim).ok());
    }
  }
  ASSERT_TRUE(load().EndCourse().ok());
  ASSERT_EQ(load().AwaitMore(300), "");
  // The machine goes down.
  for (const std::string& name : system().processes()) system().Kill(name);
  for (const std::string& name : system().processes()) ASSERT_TRUE(system().Launch(name).ok());
  ASSERT_TRUE(system().WaitServing(system().processes(), kCatchUp).ok());
  ASSERT_EQ(load().AwaitMore(300), "");
  ExpectExact();
}

// domain.md section 1: "One active bookmark, like and review per (schedule, customer)".
TEST_F(DatecourseCrashTest, OneCustomerOnManyConnectionsHasOneLikeWhateverRacesAndDies) {
  const schedule::Schedule course = RegisterCourse(Actor(system(), "host", "hana"));
  const Actor customer(system(), "customer", "jiwoo");
  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::future<Result<Communication>>> races;
    for (int i = 0; i < 8; ++i) {
      races.push_back(std::async(std::launch::async, [&] {
        communication::RegisterRequest request;
        request.set_schedule_id(course.id());
        request.set_kind(Communication::KIND_LIKE);
        request.set_request_id(NewRequestId());
        return customer.Insist(kRegister, request);
      }));
    }
    if (round % 3 == 0) {
      system().Kill(kCommunication);
      ASSERT_TRUE(system().Start(kCommunication).ok());
    }
    communication::DeleteCommunicationRequest back;
    for (auto& race : races) {
      const auto result = race.get();
      if (!result.ok()) {
        EXPECT_EQ(result.reason(), "ALREADY_EXISTS") << result;
        continue;
      }
      EXPECT_EQ(back.id(), "") << "a second like";
      back.set_id(result.reply.id());
      own().Registered(result.reply);
    }
    ASSERT_NE(back.id(), "") << "no like at all";
    const auto canceled = customer.Insist(kDeleteCommunication, back);
    ASSERT_TRUE(canceled.ok()) << canceled;
    own().Deleted(canceled.reply);
  }
  ExpectExact();
}

// domain.md section 6: "any one context killed mid-command | the rest | – | every flow ends".
TEST_F(DatecourseCrashTest, AnyOneContextKilledMidCommandAgainAndAgain) {
  for (int round = 0; round < 5; ++round) {
    for (const std::string& victim : system().processes()) {
      ASSERT_EQ(load().AwaitMore(60), "") << victim;
      system().Kill(victim);
      ASSERT_TRUE(system().Start(victim).ok()) << victim;
    }
  }
  ExpectExact();
}

// domain.md section 6: "datecourse message | everything else | its reads | messages for all that
// happened, one each".
TEST_F(DatecourseCrashTest, MessageDownEverythingElseWorksAndMessagesComeOnceAfterwards) {
  const Actor customer(system(), "customer", "jiwoo");
  system().Kill(kMessage);
  ASSERT_EQ(load().AwaitMore(200), "");
  const auto refused = customer.Call(kListMessages, message::ListMessagesRequest());
  EXPECT_EQ(refused.code, absl::StatusCode::kUnavailable) << refused;
  EXPECT_LT(refused.took, kAtOnce);
  ASSERT_TRUE(system().Start(kMessage).ok());
  ExpectExact();
}

// domain.md section 6: "datecourse viewpage | all writes | its reads | view catches up".
TEST_F(DatecourseCrashTest, ViewpageDownAllWritesWorkAndTheViewCatchesUp) {
  const Actor customer(system(), "customer", "jiwoo");
  system().Kill(kViewpage);
  ASSERT_EQ(load().AwaitMore(200), "");
  const auto refused = Page(customer, "any");
  EXPECT_EQ(refused.code, absl::StatusCode::kUnavailable) << refused;
  EXPECT_LT(refused.took, kAtOnce);
  ASSERT_TRUE(system().Start(kViewpage).ok());
  ExpectExact();
}

// domain.md section 6: "datecourse schedule | comments, bookmarks, likes, view reads | new reviews,
// schedule commands | counts catch up exactly".
TEST_F(DatecourseCrashTest, ScheduleDownCommunicationAndViewWorkReviewsAreRefusedAndCountsCatchUp) {
  const Actor host(system(), "host", "hana");
  const Actor customer(system(), "customer", "jiwoo");
  const schedule::Schedule own = RegisterCourse(host);
  const std::string& course = own.id();
  ASSERT_EQ(AwaitPage(customer, course), "");
  system().Kill(kSchedule);

  EXPECT_TRUE(
      Register(customer, course, Communication::KIND_COMMENT, "서버가 죽어도 댓글은 달려요").ok());
  EXPECT_TRUE(Register(customer, course, Communication::KIND_BOOKMARK).ok());
  EXPECT_TRUE(Register(customer, course, Communication::KIND_LIKE).ok());
  EXPECT_TRUE(Page(customer, course).ok());
  const auto refused = Review(customer, own);
  EXPECT_EQ(refused.code, absl::StatusCode::kUnavailable) << refused;
  EXPECT_EQ(refused.reason(), "CALLEE_UNAVAILABLE") << refused;
  EXPECT_TRUE(refused.retry_delay.has_value()) << refused;
  EXPECT_LT(refused.took, kAtOnce);
  ASSERT_EQ(load().AwaitMore(200), "");

  ASSERT_TRUE(system().Start(kSchedule).ok());
  const auto reviewed = [&] {
    const auto review = Review(customer, own);
    return review.ok() ? "" : Describe(review);
  };
  EXPECT_EQ(Eventually(kCatchUp, reviewed), "") << "reviews work again by themselves";
  ExpectExact();
}

// domain.md section 6: "broker | every command and every read of own state | – | all events flow,
// none lost, none twice".
TEST_F(DatecourseCrashTest, BrokerDownEveryCommandWorksAndAllEventsFlowOnceAfterwards) {
  system().Kill(kBroker);
  ASSERT_EQ(load().AwaitMore(1000), "");
  // Also those that a restarted context has only on its disk.
  system().Kill(kCommunication);
  ASSERT_TRUE(system().Start(kCommunication).ok());
  ASSERT_EQ(load().AwaitMore(200), "");
  const auto schedules =
      Actor(system(), "customer", "jiwoo").Call(kListSchedules, schedule::ListSchedulesRequest());
  EXPECT_TRUE(schedules.ok()) << schedules;
  ASSERT_TRUE(system().Start(kBroker).ok());
  ExpectExact();
}

// domain.md section 6: "Every context not named: only its own commands, and calls that need it,
// fail."
TEST_F(DatecourseCrashTest, CommunicationOrReviewDownOnlyTheirOwnCommandsFail) {
  const Actor host(system(), "host", "hana");
  const Actor customer(system(), "customer", "jiwoo");
  for (const char* victim : {kCommunication, kReview}) {
    system().Kill(victim);
    const schedule::Schedule course = RegisterCourse(host);
    const auto comment = Register(customer, course.id(), Communication::KIND_COMMENT, "안녕하세요");
    const auto review = Review(customer, course);
    EXPECT_EQ(comment.ok(), victim != kCommunication) << comment;
    EXPECT_EQ(review.ok(), victim != kReview) << review;
    EXPECT_LT(comment.took, kAtOnce);
    EXPECT_LT(review.took, kAtOnce);
    EXPECT_EQ(AwaitPage(customer, course.id()), "");
    ASSERT_TRUE(system().Start(victim).ok());
  }
  ExpectExact();
}

}  // namespace
}  // namespace maru::harness
