// Goal: commands, queries and policies of review keep what the rules decide, whole, and tell it;
// schedule is asked first and only when it has to be. Method: handlers and policies over stores in
// memory, without a transport; schedule is the real one.
#include "services/datecourse/review/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/datecourse/review/v1/events.maru.h"
#include "maru/datecourse/schedule/v1/events.maru.h"
#include "services/datecourse/review/policies.h"
#include "services/datecourse/schedule/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::datecourse::review {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

class ReviewServiceTest : public ::testing::Test {
 protected:
  ReviewServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("datecourse", policies));
    open_ = Publish(true);
  }

  std::string Publish(bool review_open) {
    schedule::v1::RegisterScheduleRequest request;
    request.set_title("한강 노을 산책");
    request.set_review_open(review_open);
    const rpc::CallContext call = CallBy("host:mina");
    return schedule_context_.Run(schedule_.RegisterSchedule(call, request))->id();
  }
  absl::StatusOr<v1::Review> Write(std::string_view who, const std::string& schedule_id) {
    v1::WriteReviewRequest request;
    request.set_schedule_id(schedule_id);
    request.set_comment_text("노을이 최고였어요");
    request.set_rating(5);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.WriteReview(call, request));
  }
  absl::StatusOr<v1::Review> Get(const std::string& id) {
    v1::GetReviewRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy("host:mina");
    return context_.Run(service_.GetReview(call, request));
  }
  absl::Status Delete(std::string_view who, const std::string& id) {
    v1::DeleteReviewRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(who);
    return context_.Run(service_.DeleteReview(call, request)).status();
  }
  absl::StatusOr<v1::ListReviewsResponse> List(const std::string& text) {
    const auto request = Proto<v1::ListReviewsRequest>(text);
    const rpc::CallContext call = CallBy("customer:lee");
    return context_.Run(service_.ListReviews(call, request));
  }
  void HearScheduleDeleted(const std::string& schedule_id) {
    schedule::v1::ScheduleDeleted event;
    event.set_schedule_id(schedule_id);
    MARU_CHECK(context_.Hear(Enveloped("datecourse.schedule", "e1", event)).ok());
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext schedule_context_{executor_, "datecourse", "schedule"};
  schedule::ScheduleService schedule_{schedule_context_.store()};
  maru::testing::DirectCaller to_schedule_{schedule_};
  maru::testing::TestContext context_{executor_, "datecourse", "review"};
  ReviewService service_{context_.store(), to_schedule_};
  std::string open_;
};

TEST_F(ReviewServiceTest, WrittenIsReadAndToldWithTheHost) {
  const auto review = Write("customer:kim", open_);
  ASSERT_TRUE(review.ok()) << review.status();
  EXPECT_THAT(*Get(review->id()), IsProto(review->DebugString()));
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].key(), open_);
  v1::ReviewRegistered event;
  ASSERT_TRUE(event.ParseFromString(events[0].data()));
  EXPECT_EQ(event.uploader_id(), "mina");
  EXPECT_EQ(event.customer_id(), "kim");
  EXPECT_EQ(event.rating(), 5);
}

TEST_F(ReviewServiceTest, ClosedOrUnknownScheduleIsReviewClosedAndStoresNothing) {
  for (const std::string& id : {Publish(false), std::string("no such schedule")}) {
    const auto review = Write("customer:kim", id);
    EXPECT_EQ(review.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(review.status()), "REVIEW_CLOSED");
  }
  EXPECT_TRUE(List("")->reviews().empty());
  EXPECT_TRUE(context_.Emitted().empty());
}

TEST_F(ReviewServiceTest, ScheduleDownRefusesWithRetryInfoAndStoresNothing) {
  to_schedule_.SetDown(true);
  const auto review = Write("customer:kim", open_);
  EXPECT_EQ(review.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(review.status()), "CALLEE_UNAVAILABLE");
  EXPECT_TRUE(rpc::RetryDelayOf(review.status()).has_value());
  EXPECT_TRUE(List("")->reviews().empty());
  EXPECT_TRUE(context_.Emitted().empty());

  to_schedule_.SetDown(false);
  EXPECT_TRUE(Write("customer:kim", open_).ok());
}

TEST_F(ReviewServiceTest, ModifyAndDeleteNeedNoSchedule) {
  const std::string id = Write("customer:kim", open_)->id();
  context_.Emitted();
  to_schedule_.SetDown(true);
  v1::ModifyReviewRequest request;
  request.mutable_review()->set_id(id);
  request.mutable_review()->set_rating(2);
  request.mutable_update_mask()->add_paths("rating");
  const rpc::CallContext call = CallBy("customer:kim");
  ASSERT_TRUE(context_.Run(service_.ModifyReview(call, request)).ok());
  EXPECT_EQ(Get(id)->rating(), 2);
  EXPECT_EQ(Get(id)->comment_text(), "노을이 최고였어요");
  EXPECT_TRUE(Delete("customer:kim", id).ok());
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(events[0].type(), "maru.datecourse.review.v1.ReviewModified");
  EXPECT_EQ(events[1].type(), "maru.datecourse.review.v1.ReviewDeleted");
}

TEST_F(ReviewServiceTest, OneReviewACustomerAndScheduleAllowedAgainAfterADelete) {
  const std::string first = Write("customer:kim", open_)->id();
  const int calls = to_schedule_.calls();
  const auto second = Write("customer:kim", open_);
  EXPECT_EQ(ReasonOf(second.status()), "ALREADY_EXISTS");
  EXPECT_EQ(rpc::ErrorInfoOf(second.status())->metadata().at("review_id"), first);
  EXPECT_EQ(to_schedule_.calls(), calls) << "schedule was asked for nothing";
  EXPECT_TRUE(Write("customer:lee", open_).ok());
  ASSERT_TRUE(Delete("customer:kim", first).ok());
  EXPECT_TRUE(Write("customer:kim", open_).ok());
}

TEST_F(ReviewServiceTest, TwoReviewsAtOnceAreOne) {
  v1::WriteReviewRequest request;
  request.set_schedule_id(open_);
  request.set_comment_text("노을이 최고였어요");
  const rpc::CallContext call = CallBy("customer:kim");
  std::vector<absl::StatusOr<v1::Review>> results;
  async::Scope scope;
  for (int i = 0; i < 2; ++i) {
    scope.Spawn([](async::Task<absl::StatusOr<v1::Review>> write,
                   std::vector<absl::StatusOr<v1::Review>>& out) -> async::Task<void> {
      out.push_back(co_await std::move(write));
    }(service_.WriteReview(call, request), results));
  }
  executor_.RunUntilIdle();
  ASSERT_EQ(results.size(), 2);
  EXPECT_TRUE(results[0].ok()) << results[0].status();
  EXPECT_EQ(ReasonOf(results[1].status()), "ALREADY_EXISTS");
  EXPECT_EQ(context_.Emitted().size(), 1);
}

TEST_F(ReviewServiceTest, NothingNewOnADeletedScheduleButRemovingStaysAllowed) {
  const std::string id = Write("customer:kim", open_)->id();
  HearScheduleDeleted(open_);
  EXPECT_EQ(ReasonOf(Write("customer:lee", open_).status()), "NOT_FOUND");
  EXPECT_TRUE(Get(id).ok());
  EXPECT_TRUE(Delete("customer:kim", id).ok());
}

TEST_F(ReviewServiceTest, DeletedIsNotFoundAndRepeatedDeleteReturnsTheSame) {
  const std::string id = Write("customer:kim", open_)->id();
  EXPECT_EQ(ReasonOf(Delete("customer:lee", id)), "NOT_FOUND");
  EXPECT_TRUE(Delete("customer:kim", id).ok());
  context_.Emitted();
  EXPECT_EQ(ReasonOf(Get(id).status()), "NOT_FOUND");
  EXPECT_TRUE(List("")->reviews().empty());
  EXPECT_TRUE(List("schedule_id: '" + open_ + "'")->reviews().empty());
  EXPECT_TRUE(Delete("customer:kim", id).ok());
  EXPECT_TRUE(context_.Emitted().empty());
  EXPECT_EQ(ReasonOf(Delete("customer:lee", id)), "NOT_FOUND");
}

TEST_F(ReviewServiceTest, ListsOfAScheduleAreNewestFirstAndPaged) {
  const std::string other = Publish(true);
  std::vector<std::string> want;
  for (const char* who : {"customer:kim", "customer:lee", "customer:yun"}) {
    want.insert(want.begin(), Write(who, open_)->id());
    ASSERT_TRUE(Write(who, other).ok());
  }
  std::vector<std::string> got;
  std::string token;
  do {
    const auto page = List("page_size: 2 schedule_id: '" + open_ + "' page_token: '" + token + "'");
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Review& review : page->reviews()) got.push_back(review.id());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(got, want);
  EXPECT_EQ(List("")->reviews().size(), 6);
}

}  // namespace
}  // namespace maru::datecourse::review
