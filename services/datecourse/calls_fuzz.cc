// Every method of datecourse, as services/testing/calls_fuzzing.cc says.
#include <memory>
#include <vector>

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
#include "services/testing/calls_fuzzing.h"

namespace maru::datecourse {
namespace {

using ::maru::testing::TestContext;

class Datecourse final : public ::maru::testing::TestSystem {
 public:
  explicit Datecourse(uint32_t seed) : TestSystem("datecourse", seed) {
    HearBy(schedule_, schedule::AddPolicies, {&communication_, &review_});
    HearBy(communication_, communication::AddPolicies, {&schedule_});
    HearBy(review_, review::AddPolicies, {&schedule_});
    HearBy(message_,
           [](events::Policies& on) { MARU_CHECK(message::AddPolicies("datecourse", on)); },
           {&communication_, &review_});
    viewpage::AddView(view_);
    See(viewpage_, view_, {&schedule_, &communication_, &review_});
  }

  std::vector<Deployment> Deployments() override {
    return {{schedule_, schedules_},
            {communication_, communications_},
            {review_, reviews_},
            {viewpage_, pages_},
            {message_, messages_}};
  }
  std::vector<Peering> Peerings() override { return {{review_, to_schedule_}}; }
  // story_test.cc counts anew what people did; here nobody knows.
  void Check() override {}

 private:
  template <class AddPolicies>
  void HearBy(TestContext& listener, AddPolicies add, const std::vector<TestContext*>& sources) {
    events::Policies policies;
    add(policies);
    Hear(listener, policies, sources);
  }

  TestContext schedule_{executor(), "datecourse", "schedule"};
  TestContext communication_{executor(), "datecourse", "communication"};
  TestContext review_{executor(), "datecourse", "review"};
  TestContext message_{executor(), "datecourse", "message"};
  TestContext viewpage_{executor(), "datecourse", "viewpage"};
  events::View view_;
  schedule::ScheduleService schedules_{schedule_.store()};
  communication::CommunicationService communications_{communication_.store()};
  ::maru::testing::DirectCaller to_schedule_{schedules_};
  review::ReviewService reviews_{review_.store(), to_schedule_};
  message::MessageService messages_{message_.store()};
  viewpage::ViewpageService pages_{viewpage_.store()};
};

}  // namespace
}  // namespace maru::datecourse

std::unique_ptr<maru::testing::TestSystem> maru::testing::NewSystem(uint32_t seed) {
  return std::make_unique<datecourse::Datecourse>(seed);
}
