// For tests: one context without its transport. A store in memory on an executor under the test's
// hand, calls by any actor, events in and out.
#ifndef MARU_SERVICES_TESTING_TEST_CONTEXT_H_
#define MARU_SERVICES_TESTING_TEST_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/async/manual_executor.h"
#include "common/async/task.h"
#include "common/events/routes.h"
#include "common/rpc/call_context.h"
#include "common/saga/sagas.h"
#include "common/saga/testing/quiet_journal.h"
#include "common/saga/timers.h"
#include "common/store/store_testing.h"
#include "maru/event/v1/event.pb.h"

namespace maru::testing {

class TestContext {
 public:
  // "datecourse", "review". `executor` outlives the context; several may share it.
  TestContext(async::ManualExecutor& executor, std::string_view system, std::string_view name);

  maru::store::Store& store() { return *store_; }
  maru::store::MemoryDisk& disk() { return store_.disk(); }
  const std::string& topic() const { return topic_; }
  // As Context::sagas() and timers(); running.
  saga::Sagas& sagas() { return sagas_; }
  saga::Timers& timers() { return timers_; }
  // What it does when it hears an event.
  void Route(events::Routes routes) { routes_ = std::move(routes); }

  // Runs `task` to its end.
  template <class T>
  T Run(async::Task<T> task) {
    return maru::store::RunOn(executor_, std::move(task));
  }

  // What was emitted since the last time, in order.
  std::vector<event::v1::Event> Emitted();

  // Hears an event, as the subscriber would: its effect is one transaction. An event that it does
  // not listen to is OK.
  absl::Status Hear(const event::v1::Event& event);

 private:
  async::ManualExecutor& executor_;
  const std::string topic_;
  maru::store::TestStore store_;
  maru::store::SeededRandom random_;
  saga::testing::QuietJournal journal_;
  prometheus::Registry registry_;
  saga::Timers timers_;
  saga::Sagas sagas_;
  events::Routes routes_;
  uint64_t emitted_ = 0;
};

// Who "customer:kim", "host:mina", "owner:park@store-1,store-2", "admin:root" is; null: nobody.
std::shared_ptr<rpc::Identity> IdentityOf(std::string_view actor);

// A call by somebody whom IdentityOf knows; `request` is what a request_id stands for.
rpc::CallContext CallBy(std::string_view actor, std::string request_id = {},
                        const std::string& request = {});

// The envelope of `event`, made up: for events whose context is not part of the test.
template <class E>
event::v1::Event Enveloped(std::string topic, std::string id, const E& event) {
  event::v1::Event envelope;
  envelope.set_id(std::move(id));
  envelope.set_source(std::move(topic));
  envelope.set_type(E::descriptor()->full_name());
  envelope.set_key(std::string(MaruEventKey(event)));
  envelope.set_correlation_id(std::string(MaruEventCorrelationId(event)));
  envelope.mutable_time()->set_seconds(1'700'000'000);
  envelope.set_data(event.SerializeAsString());
  return envelope;
}

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_TEST_CONTEXT_H_
