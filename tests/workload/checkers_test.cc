// Goal: every checker fails on the history that it is there to find. Method: a small ledger, and a
// system that shows exactly that; each test then spoils one thing.
#include "tests/workload/checkers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/events/partition.h"
#include "maru/datecourse/communication/v1/events.pb.h"
#include "tests/workload/course.h"
#include "tests/workload/mirror.h"

namespace maru::workload {
namespace {

using communication::Communication;
using testing::HasSubstr;

constexpr char kCourse[] = "course-1";
constexpr char kGone[] = "course-2";

class CheckersTest : public testing::Test {
 protected:
  CheckersTest() {
    AddCourse(kCourse);
    AddCourse(kGone);
    ledger_.DeletedSchedule(kGone);
    Register("comment-1", Communication::KIND_COMMENT, "노을이 최고였어요");
    Register("bookmark-1", Communication::KIND_BOOKMARK, "");
    Communication taken_back = Register("like-1", Communication::KIND_LIKE, "");
    taken_back.set_active(false);
    ledger_.Deleted(taken_back);
    Write("review-1");
    Write("review-2");
    ledger_.DeletedReview("review-2");
    Show();
  }

  // The system that shows what the ledger holds.
  void Show() {
    for (const auto& [id, row] : ledger_.schedules().rows) {
      stored_.schedules.push_back(row);
      stored_.schedules.back().set_comment_count(1);
      stored_.schedules.back().set_bookmark_count(1);
      stored_.schedules.back().set_review_count(1);
      ShowPage(stored_.schedules.back());
    }
    for (const auto& [id, row] : ledger_.communications().rows) {
      if (row.active()) stored_.communications.push_back(row);
      if (!row.active()) stored_.inactive[id] = row;
    }
    for (const auto& [id, row] : ledger_.reviews().rows) stored_.reviews.push_back(row);
    int messages = 0;
    for (const auto& [key, count] : ledger_.messages()) {
      for (int i = 0; i < count; ++i) {
        message::Message& row = stored_.messages.emplace_back();
        row.set_id(absl::StrCat("message-", ++messages));
        std::string kind;
        std::tie(*row.mutable_recipient(), kind, *row.mutable_subject_id()) = key;
        row.set_kind(kind);
        row.set_text("새 소식");
      }
    }
    Publish("datecourse.schedule", "datecourse-schedule", ledger_.schedules().changes, kCourse);
    Publish("datecourse.communication", "datecourse-communication",
            ledger_.communications().changes, kCourse);
    Publish("datecourse.review", "datecourse-review", ledger_.reviews().changes, kCourse);
  }

  void AddCourse(const std::string& id) {
    schedule::Schedule row;
    row.set_id(id);
    row.set_title("한강 노을 산책");
    row.set_uploader_id("mina");
    ledger_.Registered(row);
  }

  Communication Register(const std::string& id, Communication::Kind kind, const std::string& text) {
    Communication row;
    row.set_id(id);
    row.set_schedule_id(kCourse);
    row.set_customer_id("kim");
    row.set_kind(kind);
    row.set_comment_text(text);
    row.set_active(true);
    ledger_.Registered(row);
    return row;
  }

  void Write(const std::string& id) {
    review::Review row;
    row.set_id(id);
    row.set_schedule_id(kCourse);
    row.set_customer_id("kim");
    row.set_comment_text("또 올게요");
    ledger_.Written(row, "mina");
  }

  void ShowPage(const schedule::Schedule& row) {
    viewpage::ScheduleView& page = stored_.pages.emplace_back();
    page.set_schedule_id(row.id());
    page.set_title(row.title());
    page.set_comment_count(1);
    page.set_bookmark_count(1);
    page.set_review_count(1);
    const review::Review& latest = ledger_.reviews().rows.begin()->second;
    viewpage::LatestReview& shown = *page.add_latest_reviews();
    shown.set_review_id(latest.id());
    shown.set_customer_id(latest.customer_id());
    shown.set_comment_text(latest.comment_text());
  }

  void Publish(const std::string& name, const std::string& owner,
               const std::map<std::string, std::vector<Change>>& changes, const std::string& key) {
    Topic& topic = stored_.topics[name];
    topic.owner = owner;
    for (const auto& [id, of_row] : changes) {
      for (const Change& change : of_row) {
        broker::v1::TailTopicResponse& record = topic.records.emplace_back();
        record.set_partition(events::PartitionOf(key));
        record.set_offset(topic.last_sequence++);
        record.set_sequence(topic.last_sequence);
        record.set_key(key);
        event::v1::Event& event = *record.mutable_event();
        event.set_id(absl::StrCat(name, "-", topic.last_sequence));
        event.set_type(change.type);
        event.set_source(name);
        event.mutable_time()->set_seconds(1);
        event.set_key(key);
        event.set_correlation_id(key);
        event.set_actor("kim");
        event.set_request_id(event.id());
        event.set_producer(owner);
        event.set_sequence(record.sequence());
        event.set_data(change.data);
      }
    }
  }

  Topic& communication_topic() { return stored_.topics["datecourse.communication"]; }

  Ledger ledger_;
  Stored stored_;
};

TEST_F(CheckersTest, NothingIsWrongWithWhatWasAcknowledged) {
  EXPECT_EQ(CheckCommunications(stored_, ledger_), "");
  EXPECT_EQ(CheckReviews(stored_, ledger_), "");
  EXPECT_EQ(CheckOnePerPair(stored_, ledger_), "");
  EXPECT_EQ(CheckSchedules(stored_, ledger_), "");
  EXPECT_EQ(CheckPages(stored_, ledger_), "");
  EXPECT_EQ(CheckMessages(stored_, ledger_), "");
  EXPECT_EQ(CheckLog(stored_, ledger_), "");
  EXPECT_EQ(CheckEvents(stored_, ledger_), "");
}

TEST_F(CheckersTest, ALostComment) {
  stored_.communications.clear();
  EXPECT_THAT(CheckCommunications(stored_, ledger_), HasSubstr("comment-1"));
}

TEST_F(CheckersTest, ACommentThatNobodyWrote) {
  stored_.communications.emplace_back().set_id("ghost");
  EXPECT_THAT(CheckCommunications(stored_, ledger_), HasSubstr("ghost"));
}

TEST_F(CheckersTest, AnOlderText) {
  for (Communication& row : stored_.communications) row.set_comment_text("옛날 글");
  EXPECT_THAT(CheckCommunications(stored_, ledger_), HasSubstr("list: acknowledged"));
}

TEST_F(CheckersTest, ALikeThatCameBack) {
  stored_.inactive["like-1"].set_active(true);
  EXPECT_THAT(CheckCommunications(stored_, ledger_), HasSubstr("like-1"));
}

TEST_F(CheckersTest, ADeletedReviewThatIsShown) {
  stored_.undead.insert("review review-2");
  EXPECT_THAT(CheckReviews(stored_, ledger_), HasSubstr("review-2"));
}

TEST_F(CheckersTest, ASecondBookmark) {
  for (const Communication& row : std::vector<Communication>(stored_.communications)) {
    stored_.communications.push_back(row);
    stored_.communications.back().set_id("again");
  }
  EXPECT_THAT(CheckOnePerPair(stored_, ledger_), HasSubstr("a second KIND_BOOKMARK"));
}

TEST_F(CheckersTest, ACountTooHigh) {
  stored_.schedules.front().set_like_count(1);
  EXPECT_THAT(CheckSchedules(stored_, ledger_), HasSubstr("1 likes"));
  stored_.pages.front().set_comment_count(2);
  EXPECT_THAT(CheckPages(stored_, ledger_), HasSubstr("2 comments"));
}

TEST_F(CheckersTest, AnOlderPage) {
  stored_.pages.front().set_title("북촌 한옥 골목");
  EXPECT_THAT(CheckPages(stored_, ledger_), HasSubstr("page shows"));
}

TEST_F(CheckersTest, APageWithoutItsReview) {
  stored_.pages.front().clear_latest_reviews();
  EXPECT_THAT(CheckPages(stored_, ledger_), HasSubstr("review-1"));
}

TEST_F(CheckersTest, WhatWasDeletedIsShownOrTakesEntries) {
  stored_.undead = {"schedule course-2", "page course-2"};
  stored_.wrong_answers = {"course-2: OK"};
  EXPECT_THAT(CheckSchedules(stored_, ledger_), HasSubstr("schedule course-2"));
  EXPECT_THAT(CheckSchedules(stored_, ledger_), HasSubstr("course-2: OK"));
  EXPECT_THAT(CheckPages(stored_, ledger_), HasSubstr("page course-2"));
}

TEST_F(CheckersTest, AMessageTooManyOrTooFew) {
  stored_.messages.push_back(stored_.messages.front());
  stored_.messages.back().set_id("twice");
  EXPECT_THAT(CheckMessages(stored_, ledger_), HasSubstr("has 2 messages"));
  stored_.messages.clear();
  EXPECT_THAT(CheckMessages(stored_, ledger_), HasSubstr("has 0 messages"));
}

TEST_F(CheckersTest, AMessageThatIsUnreadAgain) {
  ledger_.Read("message-1");
  EXPECT_THAT(CheckMessages(stored_, ledger_), HasSubstr("not read any more"));
}

TEST_F(CheckersTest, ARecordMissingOrTwice) {
  const auto twice = communication_topic().records.back();
  communication_topic().records.pop_back();
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("has emitted"));
  EXPECT_NE(CheckEvents(stored_, ledger_), "");
  communication_topic().records.push_back(twice);
  communication_topic().records.push_back(twice);
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("twice"));
}

TEST_F(CheckersTest, RecordsOfAKeyOutOfOrder) {
  auto& records = communication_topic().records;
  std::swap(records.front(), records.back());
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("behind"));
}

TEST_F(CheckersTest, ARecordInAnotherPartitionOrOfAnotherProducer) {
  communication_topic().records.front().set_partition((events::PartitionOf(kCourse) + 1) %
                                                      events::kPartitions);
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("another key's partition"));
  communication_topic().records.back().mutable_event()->set_producer("datecourse-review");
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("another producer"));
}

TEST_F(CheckersTest, ADamagedFrame) {
  communication_topic().damages = {"3: checksum"};
  EXPECT_THAT(CheckLog(stored_, ledger_), HasSubstr("3: checksum"));
}

TEST_F(CheckersTest, AnEventWithOtherContent) {
  communication::CommentRegistered event;
  for (auto& record : communication_topic().records) {
    if (!event.ParseFromString(record.event().data()) || event.comment_text().empty()) continue;
    event.set_comment_text("다른 글");
    record.mutable_event()->set_data(event.SerializeAsString());
  }
  EXPECT_THAT(CheckEvents(stored_, ledger_), HasSubstr("other content"));
}

TEST_F(CheckersTest, AnEventOfNothing) {
  communication::LikeRegistered event;
  event.set_communication_id("ghost");
  auto& record = communication_topic().records.emplace_back(communication_topic().records.back());
  record.mutable_event()->set_type(event.GetDescriptor()->full_name());
  record.mutable_event()->set_data(event.SerializeAsString());
  EXPECT_THAT(CheckEvents(stored_, ledger_), HasSubstr("ghost was never committed"));
}

TEST_F(CheckersTest, ARequestWithTwoEffects) {
  for (auto& record : communication_topic().records) record.mutable_event()->set_request_id("one");
  EXPECT_THAT(CheckEvents(stored_, ledger_), HasSubstr("had its effect twice"));
}

TEST_F(CheckersTest, WhatWaits) {
  std::vector<Flow> flows(1);
  flows[0].deployment = "datecourse-viewpage";
  auto& subscription = *flows[0].status.add_subscriptions();
  subscription.set_state("running");
  std::vector<broker::v1::Topic> topics(1);
  topics[0].set_name("datecourse.schedule");
  auto& end = *topics[0].add_partitions();
  end.set_end(7);
  auto& partition = *subscription.add_partitions();
  partition.set_topic(topics[0].name());
  partition.set_assigned(true);
  partition.set_offset(7);
  EXPECT_EQ(CheckNothingWaits(flows, topics), "");
  end.set_end(8);
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("is behind")) << "its own lag is old";
  end.set_end(7);
  partition.set_lag(1);
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("is behind"));
  partition.set_lag(0);
  partition.set_assigned(false);
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("is behind"));
  flows[0].status.mutable_outbox()->set_waiting(3);
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("has not published"));
  flows[0].parked.emplace_back().set_error_message("독");
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("has parked"));
  subscription.set_state("stopped");
  EXPECT_THAT(CheckNothingWaits(flows, topics), HasSubstr("is stopped"));
}

TEST(MirrorTest, TellsWhatWasLostDoubledOrForgotten) {
  using Covers = Mirror::Covers;
  constexpr auto kPage = Mirror::Place::kPage;
  Mirror mirror;
  mirror.Now({.comments = 1});
  mirror.Now({.comments = 1, .likes = 1});
  EXPECT_EQ(mirror.Shown(kPage, {}, Covers::kNothing), "") << "it may be behind";
  EXPECT_EQ(mirror.Shown(kPage, {.comments = 1}, Covers::kNothing), "");
  EXPECT_NE(mirror.Shown(kPage, {}, Covers::kNothing), "") << "it went back";
  EXPECT_NE(mirror.Shown(kPage, {.likes = 1}, Covers::kNothing), "") << "it was never so";
  EXPECT_NE(mirror.Shown(kPage, {.comments = 1}, Covers::kCommunications), "")
      << "a position shows the last state";
  EXPECT_EQ(mirror.Shown(kPage, {.comments = 1, .likes = 1}, Covers::kCommunications), "");
  EXPECT_NE(mirror.Shown(kPage, {.comments = 1, .likes = 1, .reviews = 1}, Covers::kNothing), "");
  EXPECT_EQ(mirror.Shown(Mirror::Place::kSchedule, {}, Covers::kNothing), "")
      << "every place has its own pace";
  mirror.Lose();
  EXPECT_EQ(mirror.Shown(kPage, {.comments = 7}, Covers::kNothing), "");
}

TEST(CourseTest, KnowsWhatMayBeTrueAtAMoment) {
  const auto at = [](int second) { return Instant::FromDuration(absl::Seconds(second)); };
  const auto open = [](const CourseState& state) { return state.review_open; };
  const auto closed = [](const CourseState& state) { return !state.review_open; };
  Course course("id", "mina", "", {.review_open = true});
  course.Begin({.review_open = false}, at(10));
  EXPECT_TRUE(course.MayBe(closed, at(0), at(10))) << "from when the command began";
  EXPECT_FALSE(course.MayBe(closed, at(0), at(9)));
  EXPECT_TRUE(course.MayBe(open, at(20), at(20))) << "nobody knows yet";
  course.TookEffect(at(15));
  EXPECT_TRUE(course.MayBe(open, at(15), at(20)));
  EXPECT_FALSE(course.MayBe(open, at(16), at(20))) << "until it was acknowledged";
  course.Begin({.review_open = true}, at(30));
  course.HadNoEffect();
  EXPECT_FALSE(course.MayBe(open, at(16), at(40)));
  EXPECT_FALSE(course.latest().review_open);
}

}  // namespace
}  // namespace maru::workload
