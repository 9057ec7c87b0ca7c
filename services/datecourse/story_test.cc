// Goal: however events travel between the contexts, counts, pages and messages agree with what
// people did in the end, and deleted courses are gone everywhere. Method: people do random things
// in five contexts of one process; each (topic, listener, key) is a queue of its own that is
// delivered at random moments. What is expected is counted anew from the rows of communication and
// review. A failing seed replays exactly.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/error.h"
#include "gtest/gtest.h"
#include "services/datecourse/communication/policies.h"
#include "services/datecourse/communication/service.h"
#include "services/datecourse/review/policies.h"
#include "services/datecourse/review/service.h"
#include "services/datecourse/schedule/policies.h"
#include "services/datecourse/schedule/service.h"
#include "services/datecourse/viewpage/service.h"
#include "services/datecourse/viewpage/view.h"
#include "services/message/policies.h"
#include "services/message/service.h"
#include "services/testing/direct_caller.h"
#include "services/testing/event_queues.h"
#include "services/testing/test_context.h"

namespace maru::datecourse {
namespace {

using ::maru::testing::CallBy;
using ::maru::testing::TestContext;
using CommunicationRow = communication::v1::Communication;

constexpr char kAdmin[] = "admin:root";

void AddMessagePolicies(events::Policies& on) {
  ASSERT_TRUE(message::AddPolicies("datecourse", on));
}

class Story {
 public:
  explicit Story(uint32_t seed) : random_(seed) {
    Hear(schedule_, schedule::AddPolicies, {&communication_, &review_});
    Hear(communication_, communication::AddPolicies, {&schedule_});
    Hear(review_, review::AddPolicies, {&schedule_});
    Hear(message_, AddMessagePolicies, {&communication_, &review_});
    viewpage::AddView(view_);
    viewpage_.Route(events::Routes::Of("datecourse", view_, 1));
    for (TestContext* from : {&schedule_, &communication_, &review_})
      queues_.Link(*from, viewpage_);
  }

  // Somebody does something, or an event arrives.
  void Step() {
    if (Below(3) == 0) {
      Act();
      queues_.Collect();
    } else {
      queues_.DeliverOne();
    }
  }
  void DeliverAll() { queues_.DeliverAll(); }

  // Compares what the contexts say with what is counted anew.
  void Check();
  size_t messages_expected() const { return messages_expected_; }

 private:
  using AddPolicies = void (*)(events::Policies&);

  void Hear(TestContext& listener, AddPolicies add, const std::vector<TestContext*>& sources) {
    events::Policies policies;
    add(policies);
    listener.Route(events::Routes::Of("datecourse", policies));
    for (TestContext* from : sources) queues_.Link(*from, listener);
  }

  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }
  std::string Customer() { return "customer:" + std::string(1, static_cast<char>('a' + Below(4))); }

  void Act();
  void Publish();
  void Remove();
  void Leave();
  void TakeBack();
  void WriteReview();
  void ChangeReview();
  void DeleteReview();

  std::vector<CommunicationRow> AllCommunications(const std::string& schedule_id);
  std::vector<review::v1::Review> AllReviews(const std::string& schedule_id);

  std::mt19937 random_;
  maru::testing::EventQueues queues_{random_};
  async::ManualExecutor executor_;
  TestContext schedule_{executor_, "datecourse", "schedule"};
  TestContext communication_{executor_, "datecourse", "communication"};
  TestContext review_{executor_, "datecourse", "review"};
  TestContext message_{executor_, "datecourse", "message"};
  TestContext viewpage_{executor_, "datecourse", "viewpage"};
  events::View view_;
  schedule::ScheduleService schedules_{schedule_.store()};
  communication::CommunicationService communications_{communication_.store()};
  maru::testing::DirectCaller to_schedule_{schedules_};
  review::ReviewService reviews_{review_.store(), to_schedule_};
  message::MessageService messages_{message_.store()};
  viewpage::ViewpageService pages_{viewpage_.store()};

  // Schedule id -> deleted.
  std::map<std::string, bool> schedule_ids_;
  std::vector<CommunicationRow> left_;
  std::vector<review::v1::Review> written_;
  size_t messages_expected_ = 0;
};

void Story::Act() {
  if (schedule_ids_.size() < 4) return Publish();
  switch (Below(12)) {
    case 0:
      return Remove();
    case 1:
    case 2:
    case 3:
    case 4:
      return Leave();
    case 5:
    case 6:
      return TakeBack();
    case 7:
    case 8:
      return WriteReview();
    case 9:
      return ChangeReview();
    default:
      return DeleteReview();
  }
}

void Story::Publish() {
  schedule::v1::RegisterScheduleRequest request;
  request.set_title("코스 " + std::to_string(schedule_ids_.size()));
  request.set_review_open(true);
  const rpc::CallContext call = CallBy("host:mina");
  const auto schedule = schedule_.Run(schedules_.RegisterSchedule(call, request));
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  schedule_ids_[schedule->id()] = false;
}

void Story::Remove() {
  // Most courses stay, or nothing is left to compare.
  if (Below(4) != 0) return;
  const auto it =
      std::next(schedule_ids_.begin(), static_cast<ptrdiff_t>(Below(schedule_ids_.size())));
  schedule::v1::DeleteScheduleRequest request;
  request.set_id(it->first);
  const rpc::CallContext call = CallBy("host:mina");
  ASSERT_TRUE(schedule_.Run(schedules_.DeleteSchedule(call, request)).ok());
  it->second = true;
}

void Story::Leave() {
  communication::v1::RegisterRequest request;
  request.set_schedule_id(
      std::next(schedule_ids_.begin(), static_cast<ptrdiff_t>(Below(schedule_ids_.size())))->first);
  request.set_kind(static_cast<CommunicationRow::Kind>(1 + Below(3)));
  if (request.kind() == CommunicationRow::KIND_COMMENT) request.set_comment_text("여기 좋아요");
  const rpc::CallContext call = CallBy(Customer());
  const auto row = communication_.Run(communications_.Register(call, request));
  // Else there is one already, or the course is known to be deleted.
  if (!row.ok()) return;
  left_.push_back(*row);
  if (row->kind() == CommunicationRow::KIND_BOOKMARK) ++messages_expected_;
}

void Story::TakeBack() {
  if (left_.empty()) return;
  const size_t which = Below(left_.size());
  communication::v1::DeleteCommunicationRequest request;
  request.set_id(left_[which].id());
  const rpc::CallContext call = CallBy("customer:" + left_[which].customer_id());
  ASSERT_TRUE(communication_.Run(communications_.DeleteCommunication(call, request)).ok());
  // Sometimes it is taken back a second time.
  if (left_[which].active() && left_[which].kind() == CommunicationRow::KIND_BOOKMARK) {
    ++messages_expected_;
  }
  left_[which].set_active(false);
}

void Story::WriteReview() {
  review::v1::WriteReviewRequest request;
  request.set_schedule_id(
      std::next(schedule_ids_.begin(), static_cast<ptrdiff_t>(Below(schedule_ids_.size())))->first);
  request.set_comment_text("노을이 최고였어요");
  const rpc::CallContext call = CallBy(Customer());
  const auto review = review_.Run(reviews_.WriteReview(call, request));
  if (!review.ok()) return;
  written_.push_back(*review);
  ++messages_expected_;
}

void Story::ChangeReview() {
  if (written_.empty()) return;
  const review::v1::Review& own = written_[Below(written_.size())];
  review::v1::ModifyReviewRequest request;
  request.mutable_review()->set_id(own.id());
  request.mutable_review()->set_rating(static_cast<int32_t>(1 + Below(5)));
  request.mutable_update_mask()->add_paths("rating");
  const rpc::CallContext call = CallBy("customer:" + own.customer_id());
  review_.Run(reviews_.ModifyReview(call, request)).IgnoreError();  // deleted ones are not found
}

void Story::DeleteReview() {
  if (written_.empty()) return;
  const review::v1::Review& own = written_[Below(written_.size())];
  review::v1::DeleteReviewRequest request;
  request.set_id(own.id());
  const rpc::CallContext call = CallBy("customer:" + own.customer_id());
  ASSERT_TRUE(review_.Run(reviews_.DeleteReview(call, request)).ok());
}

std::vector<CommunicationRow> Story::AllCommunications(const std::string& schedule_id) {
  communication::v1::ListCommunicationsRequest request;
  request.set_schedule_id(schedule_id);
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kAdmin);
  const auto page = communication_.Run(communications_.ListCommunications(call, request));
  return {page->communications().begin(), page->communications().end()};
}

std::vector<review::v1::Review> Story::AllReviews(const std::string& schedule_id) {
  review::v1::ListReviewsRequest request;
  request.set_schedule_id(schedule_id);
  request.set_page_size(1000);
  const rpc::CallContext call = CallBy(kAdmin);
  const auto page = review_.Run(reviews_.ListReviews(call, request));
  return {page->reviews().begin(), page->reviews().end()};
}

void Story::Check() {
  const rpc::CallContext call = CallBy(kAdmin);
  for (const auto& [id, deleted] : schedule_ids_) {
    SCOPED_TRACE(id);
    schedule::v1::GetScheduleRequest schedule_request;
    schedule_request.set_id(id);
    const auto schedule = schedule_.Run(schedules_.GetSchedule(call, schedule_request));
    viewpage::v1::GetScheduleViewRequest page_request;
    page_request.set_schedule_id(id);
    const auto page = viewpage_.Run(pages_.GetScheduleView(call, page_request));
    if (deleted) {
      EXPECT_EQ(rpc::ReasonOf(schedule.status()), "NOT_FOUND");
      EXPECT_EQ(rpc::ReasonOf(page.status()), "NOT_FOUND");
      continue;
    }
    ASSERT_TRUE(schedule.ok() && page.ok());

    std::map<CommunicationRow::Kind, int> counts;
    for (const CommunicationRow& row : AllCommunications(id)) ++counts[row.kind()];
    const auto reviews = AllReviews(id);
    const auto expect_counts = [&](const auto& shown) {
      EXPECT_EQ(shown.comment_count(), counts[CommunicationRow::KIND_COMMENT]);
      EXPECT_EQ(shown.bookmark_count(), counts[CommunicationRow::KIND_BOOKMARK]);
      EXPECT_EQ(shown.like_count(), counts[CommunicationRow::KIND_LIKE]);
      EXPECT_EQ(shown.review_count(), static_cast<int>(reviews.size()));
    };
    expect_counts(*schedule);
    expect_counts(*page);

    ASSERT_EQ(page->latest_reviews_size(), static_cast<int>(std::min<size_t>(reviews.size(), 3)));
    for (int i = 0; i < page->latest_reviews_size(); ++i) {
      EXPECT_EQ(page->latest_reviews(i).review_id(), reviews[static_cast<size_t>(i)].id());
      EXPECT_EQ(page->latest_reviews(i).rating(), reviews[static_cast<size_t>(i)].rating());
    }
  }
  message::v1::ListMessagesRequest request;
  request.set_page_size(1000);
  const auto messages = message_.Run(messages_.ListMessages(call, request));
  EXPECT_EQ(static_cast<size_t>(messages->messages_size()), messages_expected_);
}

class DatecourseStoryTest : public ::testing::TestWithParam<uint32_t> {};

TEST_P(DatecourseStoryTest, CountsPagesAndMessagesAgreeWhateverTheOrderOfEvents) {
  Story story(GetParam());
  for (int i = 0; i < 600; ++i) story.Step();
  story.DeliverAll();
  story.Check();
  EXPECT_GT(story.messages_expected(), 10u) << "too little happened to mean anything";
}

INSTANTIATE_TEST_SUITE_P(Seeds, DatecourseStoryTest, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace maru::datecourse
