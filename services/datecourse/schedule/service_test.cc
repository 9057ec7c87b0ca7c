// Goal: commands, queries and policies of schedule keep what the rules decide, whole, and tell it.
// Method: handlers and policies over a store in memory, without a transport.
#include "services/datecourse/schedule/service.h"

#include <string>
#include <vector>

#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "maru/datecourse/communication/v1/events.maru.h"
#include "maru/datecourse/review/v1/events.maru.h"
#include "services/datecourse/schedule/policies.h"
#include "services/testing/test_context.h"

namespace maru::datecourse::schedule {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::Enveloped;
using rpc::ReasonOf;

constexpr char kRequestId[] = "0190a5c8-0000-4000-8000-000000000001";

class ScheduleServiceTest : public ::testing::Test {
 protected:
  ScheduleServiceTest() {
    events::Policies policies;
    AddPolicies(policies);
    context_.Route(events::Routes::Of("datecourse", policies));
  }

  std::string Register(const std::string& title, std::string_view host = "host:mina") {
    v1::RegisterScheduleRequest request;
    request.set_title(title);
    const rpc::CallContext call = CallBy(host);
    const auto schedule = context_.Run(service_.RegisterSchedule(call, request));
    MARU_CHECK(schedule.ok());
    return schedule->id();
  }
  absl::StatusOr<v1::Schedule> Get(const std::string& id) {
    v1::GetScheduleRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.GetSchedule(call, request));
  }
  absl::Status Delete(const std::string& id, std::string_view host = "host:mina") {
    v1::DeleteScheduleRequest request;
    request.set_id(id);
    const rpc::CallContext call = CallBy(host);
    return context_.Run(service_.DeleteSchedule(call, request)).status();
  }
  absl::StatusOr<v1::ListSchedulesResponse> List(const std::string& text) {
    const auto request = Proto<v1::ListSchedulesRequest>(text);
    const rpc::CallContext call = CallBy("customer:kim");
    return context_.Run(service_.ListSchedules(call, request));
  }

  async::ManualExecutor executor_;
  maru::testing::TestContext context_{executor_, "datecourse", "schedule"};
  ScheduleService service_{context_.store()};
};

std::vector<std::string> IdsOf(const v1::ListSchedulesResponse& response) {
  std::vector<std::string> ids;
  for (const v1::Schedule& schedule : response.schedules()) ids.push_back(schedule.id());
  return ids;
}

TEST_F(ScheduleServiceTest, RegisteredIsReadAndToldUnderItsId) {
  const std::string id = Register("한강 노을 산책");
  const auto schedule = Get(id);
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  EXPECT_EQ(schedule->title(), "한강 노을 산책");
  EXPECT_EQ(schedule->uploader_id(), "mina");
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].type(), "maru.datecourse.schedule.v1.ScheduleRegistered");
  EXPECT_EQ(events[0].source(), "datecourse.schedule");
  EXPECT_EQ(events[0].key(), id);
  EXPECT_EQ(events[0].correlation_id(), id);
  EXPECT_EQ(events[0].actor(), "mina");
}

TEST_F(ScheduleServiceTest, RepeatedRequestIdReturnsTheFirstScheduleAndTellsOnce) {
  v1::RegisterScheduleRequest request;
  request.set_title("한강 노을 산책");
  const rpc::CallContext call = CallBy("host:mina", kRequestId, "a");
  const auto first = context_.Run(service_.RegisterSchedule(call, request));
  const rpc::CallContext again = CallBy("host:mina", kRequestId, "a");
  const auto second = context_.Run(service_.RegisterSchedule(again, request));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_THAT(*second, IsProto(first->DebugString()));
  EXPECT_EQ(context_.Emitted().size(), 1);
}

TEST_F(ScheduleServiceTest, ModifyIsKeptAndTold) {
  const std::string id = Register("한강 노을 산책");
  context_.Emitted();
  v1::ModifyScheduleRequest request;
  request.mutable_schedule()->set_id(id);
  request.mutable_schedule()->set_review_open(true);
  request.mutable_update_mask()->add_paths("review_open");
  const rpc::CallContext call = CallBy("host:mina");
  ASSERT_TRUE(context_.Run(service_.ModifySchedule(call, request)).ok());
  EXPECT_TRUE(Get(id)->review_open());
  const auto events = context_.Emitted();
  ASSERT_EQ(events.size(), 1);
  EXPECT_EQ(events[0].type(), "maru.datecourse.schedule.v1.ScheduleModified");

  // The same again changes nothing and tells nobody.
  ASSERT_TRUE(context_.Run(service_.ModifySchedule(call, request)).ok());
  EXPECT_TRUE(context_.Emitted().empty());
}

TEST_F(ScheduleServiceTest, SomebodyElsesIsNotFoundAndStays) {
  const std::string id = Register("한강 노을 산책");
  context_.Emitted();
  v1::ModifyScheduleRequest request;
  request.mutable_schedule()->set_id(id);
  request.mutable_schedule()->set_title("x");
  request.mutable_update_mask()->add_paths("title");
  const rpc::CallContext other = CallBy("host:jiwoo");
  EXPECT_EQ(ReasonOf(context_.Run(service_.ModifySchedule(other, request)).status()), "NOT_FOUND");
  EXPECT_EQ(ReasonOf(Delete(id, "host:jiwoo")), "NOT_FOUND");
  EXPECT_EQ(Get(id)->title(), "한강 노을 산책");
  EXPECT_TRUE(context_.Emitted().empty());
}

TEST_F(ScheduleServiceTest, DeletedIsNotFoundAndRepeatedDeleteReturnsTheSame) {
  const std::string id = Register("한강 노을 산책");
  context_.Emitted();
  EXPECT_TRUE(Delete(id).ok());
  EXPECT_EQ(context_.Emitted().size(), 1);
  EXPECT_EQ(ReasonOf(Get(id).status()), "NOT_FOUND");
  EXPECT_TRUE(List("")->schedules().empty());
  EXPECT_TRUE(List(R"pb(uploader_id: "mina")pb")->schedules().empty());

  EXPECT_TRUE(Delete(id).ok());
  EXPECT_TRUE(context_.Emitted().empty());
  EXPECT_EQ(ReasonOf(Delete(id, "host:jiwoo")), "NOT_FOUND");
}

TEST_F(ScheduleServiceTest, ListsAreNewestFirstAndPaged) {
  std::vector<std::string> want;
  for (int i = 0; i < 5; ++i) want.insert(want.begin(), Register("코스"));
  std::vector<std::string> got;
  std::string token;
  int pages = 0;
  do {
    const auto page = List("page_size: 2 page_token: '" + token + "'");
    ASSERT_TRUE(page.ok()) << page.status();
    for (const std::string& id : IdsOf(*page)) got.push_back(id);
    token = page->next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(got, want);
  EXPECT_EQ(pages, 3);
}

TEST_F(ScheduleServiceTest, ListsOfOneHostHaveNobodyElses) {
  const std::string first = Register("하나");
  Register("둘", "host:jiwoo");
  const std::string third = Register("셋");
  const auto page = List(R"pb(uploader_id: "mina" page_size: 1)pb");
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(IdsOf(*page), std::vector<std::string>{third});
  const auto next = List("uploader_id: 'mina' page_token: '" + page->next_page_token() + "'");
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(IdsOf(*next), std::vector<std::string>{first});
  EXPECT_EQ(next->next_page_token(), "");
}

TEST_F(ScheduleServiceTest, TokenOfAnotherListOrADamagedOneIsRefused) {
  Register("하나");
  Register("둘");
  const std::string token = List("page_size: 1")->next_page_token();
  ASSERT_FALSE(token.empty());
  EXPECT_EQ(ReasonOf(List("uploader_id: 'mina' page_token: '" + token + "'").status()),
            "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOf(List("page_token: 'x" + token.substr(1) + "'").status()),
            "INVALID_PAGE_TOKEN");
}

TEST_F(ScheduleServiceTest, EligibilityOfWhatIsNotThereIsAnAnswer) {
  v1::CheckReviewEligibilityRequest request;
  request.set_schedule_id("no such schedule");
  const rpc::CallContext call = CallBy("service:datecourse-review");
  const auto answer = context_.Run(service_.CheckReviewEligibility(call, request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->eligible());
}

TEST_F(ScheduleServiceTest, CountsWhatOtherContextsTell) {
  const std::string id = Register("한강 노을 산책");
  communication::v1::LikeRegistered like;
  like.set_schedule_id(id);
  EXPECT_TRUE(context_.Hear(Enveloped("datecourse.communication", "e1", like)).ok());
  EXPECT_TRUE(context_.Hear(Enveloped("datecourse.communication", "e2", like)).ok());
  communication::v1::LikeCanceled canceled;
  canceled.set_schedule_id(id);
  EXPECT_TRUE(context_.Hear(Enveloped("datecourse.communication", "e3", canceled)).ok());
  review::v1::ReviewRegistered review;
  review.set_schedule_id(id);
  EXPECT_TRUE(context_.Hear(Enveloped("datecourse.review", "e4", review)).ok());
  EXPECT_EQ(Get(id)->like_count(), 1);
  EXPECT_EQ(Get(id)->review_count(), 1);
  EXPECT_EQ(Get(id)->comment_count(), 0);
}

TEST_F(ScheduleServiceTest, EventsOfWhatNeverExistedOrWasDeletedChangeNothing) {
  const std::string id = Register("한강 노을 산책");
  ASSERT_TRUE(Delete(id).ok());
  for (const std::string& gone : {id, std::string("never existed")}) {
    communication::v1::CommentRegistered comment;
    comment.set_schedule_id(gone);
    EXPECT_TRUE(context_.Hear(Enveloped("datecourse.communication", "e1", comment)).ok());
    EXPECT_EQ(ReasonOf(Get(gone).status()), "NOT_FOUND");
    EXPECT_TRUE(List("")->schedules().empty());
  }
}

}  // namespace
}  // namespace maru::datecourse::schedule
