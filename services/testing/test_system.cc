#include "services/testing/test_system.h"

#include "common/events/routes.h"

namespace maru::testing {

void TestSystem::Settle() {
  for (const Peering& peering : Peerings()) {
    peering.caller.SetDown(false);
    peering.caller.LoseAnswers(false);
  }
  for (const Deployment& deployment : Deployments()) queues_.SetDown(deployment.context, false);
  // What waits for a peer asks again within max_retry of a saga.
  executor_.Advance(absl::Minutes(2));
  queues_.DeliverAll();
}

void TestSystem::Hear(TestContext& listener, const events::Policies& policies,
                      const std::vector<TestContext*>& sources) {
  listener.Route(events::Routes::Of(name_, policies));
  for (TestContext* from : sources) queues_.Link(*from, listener);
}

void TestSystem::See(TestContext& listener, const events::View& view,
                     const std::vector<TestContext*>& sources) {
  listener.Route(events::Routes::Of(name_, view, 1));
  for (TestContext* from : sources) queues_.Link(*from, listener);
}

rpc::CallContext TestSystem::Call(std::string_view who, std::string request_id,
                                  const std::string& request) {
  rpc::CallContext call = CallBy(who, std::move(request_id), request);
  call.deadline = executor_.Now() + absl::Seconds(2);
  return call;
}

}  // namespace maru::testing
