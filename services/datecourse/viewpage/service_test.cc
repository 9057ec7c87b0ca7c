// Goal: the page that is read is the one that the events made, and reviews behind the newest three
// come back when those go. Method: the view and its queries over a store in memory, without a
// transport.
#include "services/datecourse/viewpage/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/events/generations.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/datecourse/communication/v1/events.maru.h"
#include "maru/datecourse/review/v1/events.maru.h"
#include "maru/datecourse/schedule/v1/events.maru.h"
#include "services/datecourse/viewpage/view.h"
#include "services/testing/test_context.h"

namespace maru::datecourse::viewpage {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

// Live in a store that was never rebuilt.
constexpr events::Generation kGeneration = 1;

class ViewpageServiceTest : public ::testing::Test {
 protected:
  ViewpageServiceTest() {
    AddView(view_);
    context_.Route(events::Routes::Of("datecourse", view_, kGeneration));
  }

  template <class E>
  void Hear(const std::string& context, const std::string& text) {
    const auto envelope = Enveloped("datecourse." + context, "e1", Proto<E>(text));
    const absl::Status heard = context_.Hear(envelope);
    ASSERT_TRUE(heard.ok()) << heard;
  }
  void Register(const std::string& id) {
    Hear<schedule::v1::ScheduleRegistered>(
        "schedule", "schedule_id: '" + id +
                        R"pb(' title: "한강 노을 산책" content: "여의나루" uploader: "미나")pb");
  }
  void Review(const std::string& review_id) {
    Hear<review::v1::ReviewRegistered>(
        "review", "schedule_id: 's1' review_id: '" + review_id +
                      R"pb(' customer_id: "kim" comment_text: "노을이 최고였어요" rating: 5)pb");
  }
  void DeleteReview(const std::string& review_id) {
    Hear<review::v1::ReviewDeleted>("review", "schedule_id: 's1' review_id: '" + review_id + "'");
  }
  absl::StatusOr<v1::ScheduleView> Get(const std::string& id) {
    v1::GetScheduleViewRequest request;
    request.set_schedule_id(id);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.GetScheduleView(call, request));
  }
  absl::StatusOr<v1::ListScheduleViewsResponse> List(const std::string& text) {
    const auto request = Proto<v1::ListScheduleViewsRequest>(text);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.ListScheduleViews(call, request));
  }
  // Ids of the reviews that the page of s1 shows.
  std::vector<std::string> Latest() {
    std::vector<std::string> ids;
    const auto view = Get("s1");
    for (const v1::LatestReview& review : view->latest_reviews()) ids.push_back(review.review_id());
    return ids;
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "datecourse", "viewpage"};
  events::View view_;
  ViewpageService service_{context_.store()};
};

TEST_F(ViewpageServiceTest, ShowsWhatEveryContextTold) {
  Register("s1");
  Hear<communication::v1::CommentRegistered>("communication", "schedule_id: 's1'");
  Hear<communication::v1::BookmarkRegistered>("communication", "schedule_id: 's1'");
  Hear<communication::v1::LikeRegistered>("communication", "schedule_id: 's1'");
  Hear<communication::v1::LikeCanceled>("communication", "schedule_id: 's1'");
  Review("r1");
  Hear<review::v1::ReviewModified>("review", R"pb(schedule_id: "s1"
                                                  review_id: "r1"
                                                  comment_text: "다시 가고 싶어요"
                                                  rating: 4)pb");
  Hear<schedule::v1::ScheduleModified>(
      "schedule", R"pb(schedule_id: "s1" title: "한강 야경" content: "반포" review_open: true)pb");
  const auto view = Get("s1");
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_THAT(*view, IsProto(R"pb(
    schedule_id: "s1"
    title: "한강 야경"
    content: "반포"
    uploader: "미나"
    review_open: true
    comment_count: 1
    bookmark_count: 1
    like_count: 0
    review_count: 1
    latest_reviews {
      review_id: "r1"
      customer_id: "kim"
      comment_text: "다시 가고 싶어요"
      rating: 4
      create_time { seconds: 1700000000 }
    }
  )pb"));
}

TEST_F(ViewpageServiceTest, EarlierEventsWaitUnseenUntilTheScheduleIsRegistered) {
  Hear<communication::v1::LikeRegistered>("communication", "schedule_id: 's1'");
  Review("r1");
  EXPECT_EQ(ReasonOf(Get("s1").status()), "NOT_FOUND");
  EXPECT_TRUE(List("")->schedule_views().empty());
  Register("s1");
  EXPECT_EQ(Get("s1")->like_count(), 1);
  EXPECT_EQ(Latest(), std::vector<std::string>{"r1"});
}

TEST_F(ViewpageServiceTest, DeletedIsGoneWhateverComesLater) {
  Register("s1");
  Review("r1");
  Hear<schedule::v1::ScheduleDeleted>("schedule", "schedule_id: 's1'");
  EXPECT_EQ(ReasonOf(Get("s1").status()), "NOT_FOUND");
  Hear<communication::v1::LikeRegistered>("communication", "schedule_id: 's1'");
  Review("r2");
  DeleteReview("r1");
  Register("s1");
  EXPECT_EQ(ReasonOf(Get("s1").status()), "NOT_FOUND");
  EXPECT_TRUE(List("")->schedule_views().empty());
}

TEST_F(ViewpageServiceTest, DeletedBeforeItWasEverHeardOfIsGoneToo) {
  Hear<communication::v1::LikeRegistered>("communication", "schedule_id: 's1'");
  Hear<schedule::v1::ScheduleDeleted>("schedule", "schedule_id: 's1'");
  Register("s1");
  EXPECT_EQ(ReasonOf(Get("s1").status()), "NOT_FOUND");
}

TEST_F(ViewpageServiceTest, DeletingOneOfTheNewestReviewsShowsTheNext) {
  Register("s1");
  for (const char* id : {"r1", "r2", "r3", "r4", "r5"}) Review(id);
  using Ids = std::vector<std::string>;
  EXPECT_EQ(Latest(), (Ids{"r5", "r4", "r3"}));
  DeleteReview("r4");
  EXPECT_EQ(Latest(), (Ids{"r5", "r3", "r2"}));
  DeleteReview("r1");
  EXPECT_EQ(Latest(), (Ids{"r5", "r3", "r2"}));
  EXPECT_EQ(Get("s1")->review_count(), 3);
  for (const char* id : {"r5", "r3", "r2"}) DeleteReview(id);
  EXPECT_EQ(Latest(), Ids{});
  EXPECT_EQ(Get("s1")->review_count(), 0);
}

TEST_F(ViewpageServiceTest, ReviewsThatAreNotThereAreNotCounted) {
  Register("s1");
  Review("r1");
  Review("r1");
  EXPECT_EQ(Get("s1")->review_count(), 1);
  DeleteReview("r9");
  Hear<review::v1::ReviewModified>("review", "schedule_id: 's1' review_id: 'r9'");
  EXPECT_EQ(Get("s1")->review_count(), 1);
  EXPECT_EQ(Latest(), std::vector<std::string>{"r1"});
}

TEST_F(ViewpageServiceTest, ListsShowNewestSchedulesFirst) {
  Register("s2");
  Register("s1");
  Register("s3");
  Hear<communication::v1::LikeRegistered>("communication", "schedule_id: 's9'");
  const auto first = List("page_size: 2");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->schedule_views().size(), 2);
  EXPECT_EQ(first->schedule_views(0).schedule_id(), "s3");
  EXPECT_EQ(first->schedule_views(1).schedule_id(), "s2");
  const auto second = List("page_size: 2 page_token: '" + first->next_page_token() + "'");
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->schedule_views().size(), 1);
  EXPECT_EQ(second->schedule_views(0).schedule_id(), "s1");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(ViewpageServiceTest, QueriesReadTheLiveGenerationOnly) {
  Register("s1");
  context_.Route(events::Routes::Of("datecourse", view_, kGeneration + 1));
  Register("s2");
  EXPECT_TRUE(Get("s1").ok());
  EXPECT_EQ(ReasonOf(Get("s2").status()), "NOT_FOUND");
  EXPECT_EQ(List("")->schedule_views().size(), 1);

  const absl::Status switched = context_.Run(context_.store().Apply([](maru::store::Txn& txn) {
    RETURN_IF_ERROR(events::BeginRebuild(txn).status());
    return events::SwitchGeneration(txn);
  }));
  ASSERT_TRUE(switched.ok()) << switched;
  EXPECT_EQ(ReasonOf(Get("s1").status()), "NOT_FOUND");
  EXPECT_TRUE(Get("s2").ok());
  EXPECT_EQ(List("")->schedule_views().size(), 1);
}

}  // namespace
}  // namespace maru::datecourse::viewpage
