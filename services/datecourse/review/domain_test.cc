// Goal: every rule that domain.md (section 1) has for reviews.
// Method: state + command in, state + event or reason out; no server, no store, no call.
#include "services/datecourse/review/domain.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::datecourse::review {
namespace {

using Eligibility = schedule::v1::CheckReviewEligibilityResponse;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

constexpr char kLive[] = R"pb(
  id: "r1"
  schedule_id: "s1"
  customer_id: "minsu"
  uploader_id: "jiwoo"
  comment_text: "최고의 하루"
  rating: 5
  create_time { seconds: 100 }
  update_time { seconds: 100 }
)pb";

State Live() { return {.live = Proto<disk::Review>(kLive), .deleted = std::nullopt}; }
State Gone() {
  return {.live = std::nullopt,
          .deleted = Proto<disk::DeletedReview>(R"pb(customer_id: "minsu"
                                                     delete_time { seconds: 200 })pb")};
}

v1::WriteReviewRequest Request() {
  return Proto<v1::WriteReviewRequest>(
      R"pb(schedule_id: "s1" comment_text: "최고의 하루" rating: 5)pb");
}
Eligibility Open() { return Proto<Eligibility>(R"pb(eligible: true uploader_id: "jiwoo")pb"); }

TEST(ReviewDomainTest, WriteTellsTheReviewAndTheHost) {
  const auto result = Write(Request(), {}, Open(), "minsu", kNow, "r1");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->review, IsProto(R"pb(
                id: "r1"
                schedule_id: "s1"
                customer_id: "minsu"
                uploader_id: "jiwoo"
                comment_text: "최고의 하루"
                rating: 5
                create_time { seconds: 1700000000 }
                update_time { seconds: 1700000000 }
              )pb"));
  EXPECT_THAT(result->event, IsProto(R"pb(
                review_id: "r1"
                schedule_id: "s1"
                customer_id: "minsu"
                uploader_id: "jiwoo"
                comment_text: "최고의 하루"
                rating: 5
              )pb"));
}

TEST(ReviewDomainTest, RatingIsOptional) {
  auto request = Request();
  request.clear_rating();
  const auto result = Write(request, {}, Open(), "minsu", kNow, "r1");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->review.has_rating());
  EXPECT_FALSE(result->event.has_rating());
  EXPECT_FALSE(ToApi(result->review).has_rating());
}

TEST(ReviewDomainTest, NotEligibleIsReviewClosed) {
  const auto result = Write(Request(), {}, Eligibility(), "minsu", kNow, "r1");
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rpc::ReasonOf(result.status()), "REVIEW_CLOSED");
}

TEST(ReviewDomainTest, OneReviewACustomerAndSchedule) {
  const Surroundings written = {.schedule_deleted = false, .own_review_id = "r0"};
  const auto result = Write(Request(), written, Open(), "minsu", kNow, "r1");
  EXPECT_EQ(result.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(rpc::ReasonOf(result.status()), "ALREADY_EXISTS");
  EXPECT_EQ(rpc::ErrorInfoOf(result.status())->metadata().at("review_id"), "r0");
}

TEST(ReviewDomainTest, NothingNewOnADeletedScheduleWhateverScheduleAnswers) {
  const Surroundings deleted = {.schedule_deleted = true, .own_review_id = std::nullopt};
  for (const Eligibility& answer : {Open(), Eligibility()}) {
    const auto result = Write(Request(), deleted, answer, "minsu", kNow, "r1");
    EXPECT_EQ(rpc::ReasonOf(result.status()), "NOT_FOUND");
  }
  EXPECT_EQ(rpc::ReasonOf(CheckRoom("s1", deleted)), "NOT_FOUND");
}

TEST(ReviewDomainTest, ModifyChangesWhatTheMaskNamesAndNothingElse) {
  struct Case {
    std::string name;
    std::string request;
    std::string want_event;
  };
  const std::vector<Case> cases = {
      {"text", R"pb(review { id: "r1" comment_text: "비가 왔어요" rating: 1 }
                    update_mask { paths: "comment_text" })pb",
       R"pb(review_id: "r1"
            schedule_id: "s1"
            customer_id: "minsu"
            comment_text: "비가 왔어요"
            rating: 5)pb"},
      {"rating", R"pb(review { id: "r1" rating: 2 }
                      update_mask { paths: "rating" })pb",
       R"pb(review_id: "r1"
            schedule_id: "s1"
            customer_id: "minsu"
            comment_text: "최고의 하루"
            rating: 2)pb"},
      {"rating taken back", R"pb(review { id: "r1" }
                                 update_mask { paths: "rating" })pb",
       R"pb(review_id: "r1" schedule_id: "s1" customer_id: "minsu" comment_text: "최고의 하루")pb"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result = Modify(Live(), Proto<v1::ModifyReviewRequest>(c.request), "minsu", kNow);
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_TRUE(result->event.has_value());
    EXPECT_THAT(*result->event, IsProto(c.want_event));
    EXPECT_EQ(result->review.comment_text(), result->event->comment_text());
    EXPECT_EQ(result->review.has_rating(), result->event->has_rating());
    EXPECT_EQ(result->review.rating(), result->event->rating());
    EXPECT_EQ(result->review.update_time().seconds(), 1700000000);
    EXPECT_EQ(result->review.create_time().seconds(), 100);
  }
}

TEST(ReviewDomainTest, ModifyToTheSameValueTellsNobody) {
  const auto request = Proto<v1::ModifyReviewRequest>(R"pb(review { id: "r1" rating: 5 }
                                                           update_mask { paths: "rating" })pb");
  const auto result = Modify(Live(), request, "minsu", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->event.has_value());
  EXPECT_THAT(result->review, IsProto(kLive));
}

TEST(ReviewDomainTest, ModifyIsRefused) {
  struct Case {
    std::string name;
    State state;
    std::string customer;
    std::string request;
    std::string want_reason;
  };
  const std::string rating = R"pb(review { id: "r1" rating: 3 }
                                  update_mask { paths: "rating" })pb";
  const std::vector<Case> cases = {
      {"unknown", {}, "minsu", rating, "NOT_FOUND"},
      {"somebody else's", Live(), "yuna", rating, "NOT_FOUND"},
      {"deleted", Gone(), "minsu", rating, "NOT_FOUND"},
      {"empty mask", Live(), "minsu", R"pb(review { id: "r1" rating: 3 }
                                           update_mask {})pb",
       "INVALID_FIELD"},
      {"the server's field", Live(), "minsu", R"pb(review { id: "r1" customer_id: "yuna" }
                                                   update_mask { paths: "customer_id" })pb",
       "INVALID_FIELD"},
      {"empty text", Live(), "minsu", R"pb(review { id: "r1" }
                                           update_mask { paths: "comment_text" })pb",
       "INVALID_FIELD"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result =
        Modify(c.state, Proto<v1::ModifyReviewRequest>(c.request), c.customer, kNow);
    EXPECT_EQ(rpc::ReasonOf(result.status()), c.want_reason) << result.status();
  }
}

TEST(ReviewDomainTest, DeleteLeavesOnlyWhatARepeatedDeleteNeeds) {
  const auto result = Delete(Live(), "r1", "minsu", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->review, IsProto(R"pb(customer_id: "minsu"
                                           delete_time { seconds: 1700000000 })pb"));
  ASSERT_TRUE(result->event.has_value());
  EXPECT_THAT(*result->event,
              IsProto(R"pb(review_id: "r1" schedule_id: "s1" customer_id: "minsu")pb"));
}

TEST(ReviewDomainTest, RepeatedDeleteReturnsTheSameAndTellsNobody) {
  const auto result = Delete(Gone(), "r1", "minsu", kNow);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->review, IsProto(Gone().deleted->DebugString()));
  EXPECT_FALSE(result->event.has_value());
}

TEST(ReviewDomainTest, DeleteOfSomebodyElsesIsNotFound) {
  EXPECT_EQ(rpc::ReasonOf(Delete({}, "r1", "minsu", kNow).status()), "NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(Delete(Live(), "r1", "yuna", kNow).status()), "NOT_FOUND");
  EXPECT_EQ(rpc::ReasonOf(Delete(Gone(), "r1", "yuna", kNow).status()), "NOT_FOUND");
}

TEST(ReviewDomainTest, ShowsAllButTheHost) {
  const std::string all = R"pb(
    id: "r1"
    schedule_id: "s1"
    customer_id: "minsu"
    comment_text: "최고의 하루"
    rating: 5
    create_time { seconds: 100 }
    update_time { seconds: 100 }
  )pb";
  EXPECT_THAT(ToApi(Proto<disk::Review>(kLive)), IsProto(all));
}

}  // namespace
}  // namespace maru::datecourse::review
