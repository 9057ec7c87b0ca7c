// Goal: every rule that domain.md (section 1) has for schedules.
// Method: state + command in, state + event or reason out; no server, no store.
#include "services/datecourse/schedule/domain.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::datecourse::schedule {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

constexpr char kLive[] = R"pb(
  id: "s1"
  title: "한강 산책"
  content: "뚝섬에서 반포까지"
  uploader: "지우"
  uploader_id: "jiwoo"
  comment_count: 2
  like_count: 1
  create_time { seconds: 100 }
  update_time { seconds: 100 }
)pb";

State Live() { return {.live = Proto<disk::Schedule>(kLive), .deleted = std::nullopt}; }
State Gone() {
  return {.live = std::nullopt,
          .deleted = Proto<disk::DeletedSchedule>(R"pb(uploader_id: "jiwoo"
                                                       delete_time { seconds: 200 })pb")};
}

TEST(ScheduleDomainTest, RegisterKeepsWhatTheHostSaidAndMakesTheHostItsOwner) {
  const auto request = Proto<v1::RegisterScheduleRequest>(
      R"pb(title: "남산 야경" content: "케이블카" uploader: "지우" review_open: true)pb");
  const Registered result = Register(request, "jiwoo", kNow, "s2");
  EXPECT_THAT(result.schedule, IsProto(R"pb(
                id: "s2"
                title: "남산 야경"
                content: "케이블카"
                uploader: "지우"
                uploader_id: "jiwoo"
                review_open: true
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_THAT(result.event, IsProto(R"pb(
                schedule_id: "s2"
                title: "남산 야경"
                content: "케이블카"
                uploader: "지우"
                uploader_id: "jiwoo"
                review_open: true
              )pb"));
}

TEST(ScheduleDomainTest, ReviewsAreClosedByDefault) {
  const auto request = Proto<v1::RegisterScheduleRequest>(R"pb(title: "남산 야경")pb");
  EXPECT_FALSE(Register(request, "jiwoo", kNow, "s2").schedule.review_open());
}

TEST(ScheduleDomainTest, ModifyChangesWhatTheMaskNamesAndNothingElse) {
  struct Case {
    std::string name;
    std::string request;
    std::string want_schedule;  // merged over kLive
    std::string want_event;
  };
  const std::vector<Case> cases = {
      {"title", R"pb(schedule { id: "s1" title: "새 제목" content: "ignored" }
                     update_mask { paths: "title" })pb",
       R"pb(title: "새 제목")pb", R"pb(schedule_id: "s1"
                                       title: "새 제목"
                                       content: "뚝섬에서 반포까지"
                                       uploader_id: "jiwoo")pb"},
      {"review_open", R"pb(schedule { id: "s1" review_open: true }
                           update_mask { paths: "review_open" })pb",
       R"pb(review_open: true)pb",
       R"pb(schedule_id: "s1"
            title: "한강 산책"
            content: "뚝섬에서 반포까지"
            review_open: true
            uploader_id: "jiwoo")pb"},
      {"content to empty and title", R"pb(schedule { id: "s1" title: "새 제목" }
                                          update_mask { paths: "content" paths: "title" })pb",
       R"pb(title: "새 제목" content: "")pb", R"pb(schedule_id: "s1"
                                                   title: "새 제목"
                                                   uploader_id: "jiwoo")pb"},
      {"uploader and counts stay the server's",
       R"pb(schedule { id: "s1" title: "새 제목" uploader_id: "mina" like_count: 99 }
            update_mask { paths: "title" })pb",
       R"pb(title: "새 제목")pb", R"pb(schedule_id: "s1"
                                       title: "새 제목"
                                       content: "뚝섬에서 반포까지"
                                       uploader_id: "jiwoo")pb"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result = Modify(Live(), Proto<v1::ModifyScheduleRequest>(c.request), "jiwoo", kNow);
    ASSERT_TRUE(result.ok()) << result.status();
    auto want = Proto<disk::Schedule>(kLive);
    google::protobuf::TextFormat::MergeFromString(c.want_schedule, &want);
    want.mutable_update_time()->set_seconds(1700000000);
    EXPECT_THAT(result->schedule, IsProto(want.DebugString()));
    ASSERT_TRUE(result->event.has_value());
    EXPECT_THAT(*result->event, IsProto(c.want_event));
  }
}

TEST(ScheduleDomainTest, ModifyToTheSameValueTellsNobody) {
  const auto request =
      Proto<v1::ModifyScheduleRequest>(R"pb(schedule { id: "s1" title: "한강 산책" }
                                            update_mask { paths: "title" })pb");
  const auto result = Modify(Live(), request, "jiwoo", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->event.has_value());
  EXPECT_THAT(result->schedule, IsProto(kLive));
}

TEST(ScheduleDomainTest, ModifyIsRefused) {
  struct Case {
    std::string name;
    State state;
    std::string host;
    std::string request;
    std::string want_reason;
  };
  const std::string title = R"pb(schedule { id: "s1" title: "x" }
                                 update_mask { paths: "title" })pb";
  const std::vector<Case> cases = {
      {"unknown", {}, "jiwoo", title, "NOT_FOUND"},
      {"somebody else's", Live(), "mina", title, "NOT_FOUND"},
      {"deleted", Gone(), "jiwoo", title, "NOT_FOUND"},
      {"empty mask", Live(), "jiwoo", R"pb(schedule { id: "s1" title: "x" }
                                           update_mask {})pb",
       "INVALID_FIELD"},
      {"unknown field", Live(), "jiwoo", R"pb(schedule { id: "s1" }
                                              update_mask { paths: "colour" })pb",
       "INVALID_FIELD"},
      {"the server's field", Live(), "jiwoo", R"pb(schedule { id: "s1" like_count: 9 }
                                                   update_mask { paths: "like_count" })pb",
       "INVALID_FIELD"},
      {"empty title", Live(), "jiwoo", R"pb(schedule { id: "s1" }
                                            update_mask { paths: "title" })pb",
       "INVALID_FIELD"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result = Modify(c.state, Proto<v1::ModifyScheduleRequest>(c.request), c.host, kNow);
    EXPECT_EQ(rpc::ReasonOf(result.status()), c.want_reason) << result.status();
  }
}

TEST(ScheduleDomainTest, DeleteLeavesOnlyWhatARepeatedDeleteNeeds) {
  const auto result = Delete(Live(), "s1", "jiwoo", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->schedule, IsProto(R"pb(uploader_id: "jiwoo"
                                             delete_time { seconds: 1700000000 })pb"));
  ASSERT_TRUE(result->event.has_value());
  EXPECT_THAT(*result->event, IsProto(R"pb(schedule_id: "s1" uploader_id: "jiwoo")pb"));
}

TEST(ScheduleDomainTest, RepeatedDeleteReturnsTheSameAndTellsNobody) {
  const auto result = Delete(Gone(), "s1", "jiwoo", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->schedule, IsProto(Gone().deleted->DebugString()));
  EXPECT_FALSE(result->event.has_value());
}

TEST(ScheduleDomainTest, DeleteOfSomebodyElsesIsNotFound) {
  EXPECT_EQ(rpc::ReasonOf(Delete({}, "s1", "jiwoo", kNow).status()), "NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(Delete(Live(), "s1", "mina", kNow).status()), "NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(Delete(Gone(), "s1", "mina", kNow).status()), "NOT_FOUND");
}

TEST(ScheduleDomainTest, EligibleIffTheScheduleIsThereAndItsReviewsAreOpen) {
  auto open = Proto<disk::Schedule>(kLive);
  open.set_review_open(true);
  EXPECT_THAT(CheckReviewEligibility(open), IsProto(R"pb(eligible: true uploader_id: "jiwoo")pb"));
  EXPECT_THAT(CheckReviewEligibility(Proto<disk::Schedule>(kLive)), IsProto(""));
  EXPECT_THAT(CheckReviewEligibility(std::nullopt), IsProto(""));
}

// Each pair of events moves its own count by one, up and down, and never below 0.
template <class Up, class Down>
void ExpectCounts(int32_t (disk::Schedule::*count)() const) {
  disk::Schedule schedule;
  Count(Up(), schedule);
  Count(Up(), schedule);
  EXPECT_EQ((schedule.*count)(), 2);
  Count(Down(), schedule);
  EXPECT_EQ((schedule.*count)(), 1);
  EXPECT_EQ(schedule.comment_count() + schedule.bookmark_count() + schedule.like_count() +
                schedule.review_count(),
            1)
      << "another count moved too";
  Count(Down(), schedule);
  Count(Down(), schedule);
  EXPECT_EQ((schedule.*count)(), 0);
  EXPECT_FALSE(schedule.has_update_time());
}

TEST(ScheduleDomainTest, CountsFollowTheEventsAndNeverFallBelowZero) {
  ExpectCounts<communication::v1::CommentRegistered, communication::v1::CommentDeleted>(
      &disk::Schedule::comment_count);
  ExpectCounts<communication::v1::BookmarkRegistered, communication::v1::BookmarkCanceled>(
      &disk::Schedule::bookmark_count);
  ExpectCounts<communication::v1::LikeRegistered, communication::v1::LikeCanceled>(
      &disk::Schedule::like_count);
  ExpectCounts<review::v1::ReviewRegistered, review::v1::ReviewDeleted>(
      &disk::Schedule::review_count);
}

TEST(ScheduleDomainTest, ShowsEveryField) {
  const std::string all = R"pb(
    id: "s1"
    title: "한강 산책"
    content: "뚝섬"
    uploader: "지우"
    uploader_id: "jiwoo"
    review_open: true
    comment_count: 1
    bookmark_count: 2
    like_count: 3
    review_count: 4
    create_time { seconds: 5 }
    update_time { seconds: 6 }
  )pb";
  EXPECT_THAT(ToApi(Proto<disk::Schedule>(all)), IsProto(all));
}

}  // namespace
}  // namespace maru::datecourse::schedule
