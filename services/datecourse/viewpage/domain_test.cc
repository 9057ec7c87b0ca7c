// Goal: the page is what the events say, in whatever order the topics arrive, and never goes back.
// Method: every interleaving of one schedule's topics, each topic in its own order; no server, no
// store.
#include "services/datecourse/viewpage/domain.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "gtest/gtest.h"

namespace maru::datecourse::viewpage {
namespace {

constexpr char kRegistered[] =
    R"pb(
  schedule_id: "s1" title: "한강 산책" content: "뚝섬" uploader: "지우" uploader_id: "jiwoo"
    )pb";
constexpr char kModified[] =
    R"pb(
  schedule_id: "s1" title: "한강 야경" content: "반포" review_open: true uploader_id: "jiwoo"
    )pb";

using Step = std::function<void(State&)>;
using Topic = std::vector<Step>;

template <class E>
Step On(const std::string& text = "") {
  return [event = Proto<E>(text)](State& state) { Apply(event, state); };
}

Step Reviewed(std::string id, int added) {
  return [id = std::move(id), added](State& state) {
    disk::Review row;
    row.set_review_id(id);
    ShowReviews(added, {row}, state);
  };
}

// Runs `check` after every interleaving of the topics' steps.
void ForEachInterleaving(const std::vector<Topic>& topics,
                         const std::function<void(const State&)>& check) {
  std::vector<size_t> next(topics.size(), 0);
  const std::function<void(const State&)> walk = [&](const State& state) {
    bool done = true;
    for (size_t i = 0; i < topics.size(); ++i) {
      if (next[i] == topics[i].size()) continue;
      done = false;
      State after = state;
      topics[i][next[i]++](after);
      walk(after);
      --next[i];
    }
    if (done) check(state);
  };
  walk(State());
}

const Topic kCommunication = {
    On<communication::v1::CommentRegistered>(), On<communication::v1::BookmarkRegistered>(),
    On<communication::v1::LikeRegistered>(), On<communication::v1::LikeCanceled>(),
    On<communication::v1::CommentRegistered>()};

TEST(ViewpageDomainTest, EveryInterleavingOfTheTopicsEndsInTheSamePage) {
  const Topic schedule = {On<schedule::v1::ScheduleRegistered>(kRegistered),
                          On<schedule::v1::ScheduleModified>(kModified)};
  const Topic review = {Reviewed("r1", 1), Reviewed("r2", 1)};
  int orders = 0;
  ForEachInterleaving({schedule, kCommunication, review}, [&](const State& state) {
    ++orders;
    EXPECT_EQ(state.phase, Phase::kShown);
    EXPECT_THAT(state.page, IsProto(R"pb(
                  title: "한강 야경"
                  content: "반포"
                  uploader: "지우"
                  review_open: true
                  comment_count: 2
                  bookmark_count: 1
                  review_count: 2
                  latest_reviews { review_id: "r2" }
                )pb"));
  });
  EXPECT_EQ(orders, 756);  // 9! / (2! 5! 2!)
}

TEST(ViewpageDomainTest, DeletedStaysGoneInEveryInterleaving) {
  const Topic schedule = {On<schedule::v1::ScheduleRegistered>(kRegistered),
                          On<schedule::v1::ScheduleDeleted>()};
  ForEachInterleaving({schedule, kCommunication, {Reviewed("r1", 1)}}, [&](const State& state) {
    EXPECT_EQ(state.phase, Phase::kGone);
    EXPECT_THAT(state.page, IsProto(""));
  });
}

TEST(ViewpageDomainTest, EarlierEventsWaitUnseenUntilTheScheduleIsRegistered) {
  State state;
  Apply(communication::v1::LikeRegistered(), state);
  EXPECT_EQ(state.phase, Phase::kWaiting);
  Apply(Proto<schedule::v1::ScheduleRegistered>(kRegistered), state);
  EXPECT_EQ(state.phase, Phase::kShown);
  EXPECT_EQ(state.page.like_count(), 1);
}

TEST(ViewpageDomainTest, RegisteredAgainDoesNotUndoAModification) {
  State state;
  Apply(Proto<schedule::v1::ScheduleRegistered>(kRegistered), state);
  Apply(Proto<schedule::v1::ScheduleModified>(kModified), state);
  Apply(Proto<schedule::v1::ScheduleRegistered>(kRegistered), state);
  EXPECT_EQ(state.page.title(), "한강 야경");
}

template <class Up, class Down>
void ExpectCounts(int32_t (disk::Page::*count)() const) {
  State state;
  Apply(Up(), state);
  Apply(Up(), state);
  EXPECT_EQ((state.page.*count)(), 2);
  Apply(Down(), state);
  EXPECT_EQ((state.page.*count)(), 1);
  EXPECT_EQ(state.page.comment_count() + state.page.bookmark_count() + state.page.like_count(), 1)
      << "another count moved too";
  Apply(Down(), state);
  Apply(Down(), state);
  EXPECT_EQ((state.page.*count)(), 0);
}

TEST(ViewpageDomainTest, CountsFollowTheEventsAndNeverFallBelowZero) {
  ExpectCounts<communication::v1::CommentRegistered, communication::v1::CommentDeleted>(
      &disk::Page::comment_count);
  ExpectCounts<communication::v1::BookmarkRegistered, communication::v1::BookmarkCanceled>(
      &disk::Page::bookmark_count);
  ExpectCounts<communication::v1::LikeRegistered, communication::v1::LikeCanceled>(
      &disk::Page::like_count);
}

TEST(ViewpageDomainTest, ShowsTheNewestThreeReviewsThatAreLeft) {
  std::vector<disk::Review> rows;
  for (const char* id : {"r4", "r3", "r2", "r1"}) {
    rows.push_back(Proto<disk::Review>(R"pb(customer_id: "minsu")pb"));
    rows.back().set_review_id(id);
  }
  State state;
  state.page.set_review_count(3);
  ShowReviews(1, rows, state);
  EXPECT_EQ(state.page.review_count(), 4);
  ASSERT_EQ(state.page.latest_reviews_size(), 3);
  EXPECT_EQ(state.page.latest_reviews(0).review_id(), "r4");
  EXPECT_EQ(state.page.latest_reviews(2).review_id(), "r2");

  rows.erase(rows.begin() + 1);  // r3 is deleted: r1 moves up
  ShowReviews(-1, rows, state);
  EXPECT_EQ(state.page.review_count(), 3);
  ASSERT_EQ(state.page.latest_reviews_size(), 3);
  EXPECT_EQ(state.page.latest_reviews(1).review_id(), "r2");
  EXPECT_EQ(state.page.latest_reviews(2).review_id(), "r1");

  ShowReviews(-1, {}, state);
  EXPECT_EQ(state.page.latest_reviews_size(), 0);
}

TEST(ViewpageDomainTest, ReviewRowIsWhatWasWrittenAndThenModified) {
  auto row = ToRow(Proto<review::v1::ReviewRegistered>(R"pb(
                     review_id: "r1"
                     schedule_id: "s1"
                     customer_id: "minsu"
                     uploader_id: "jiwoo"
                     comment_text: "최고의 하루"
                     rating: 5
                   )pb"),
                   Proto<google::protobuf::Timestamp>("seconds: 7"));
  EXPECT_THAT(row, IsProto(R"pb(
                review_id: "r1"
                customer_id: "minsu"
                comment_text: "최고의 하루"
                rating: 5
                create_time { seconds: 7 }
              )pb"));
  Apply(Proto<review::v1::ReviewModified>(R"pb(review_id: "r1" comment_text: "비가 왔어요")pb"),
        row);
  EXPECT_THAT(row, IsProto(R"pb(
                review_id: "r1"
                customer_id: "minsu"
                comment_text: "비가 왔어요"
                create_time { seconds: 7 }
              )pb"));
}

TEST(ViewpageDomainTest, ShowsEveryField) {
  const std::string all = R"pb(
    schedule_id: "s1"
    title: "한강 산책"
    content: "뚝섬"
    uploader: "지우"
    review_open: true
    comment_count: 1
    bookmark_count: 2
    like_count: 3
    review_count: 4
    latest_reviews {
      review_id: "r1"
      customer_id: "minsu"
      comment_text: "최고의 하루"
      rating: 5
      create_time { seconds: 7 }
    }
  )pb";
  EXPECT_THAT(ToApi(Proto<disk::Page>(all)), IsProto(all));
}

}  // namespace
}  // namespace maru::datecourse::viewpage
