// For tests: a system in one process, without transport and broker. A story adds the contexts,
// what people do, and what everybody must agree on in the end.
#ifndef MARU_SERVICES_TESTING_TEST_SYSTEM_H_
#define MARU_SERVICES_TESTING_TEST_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "common/base/status.h"
#include "common/events/handlers.h"
#include "common/rpc/service.h"
#include "common/store/txn.h"
#include "services/testing/direct_caller.h"
#include "services/testing/event_queues.h"
#include "services/testing/test_context.h"

namespace maru::testing {

class TestSystem {
 public:
  struct Deployment {
    TestContext& context;
    // What it serves.
    rpc::Service& service;
    // What must hold of its store at rest beyond what its queries show. May be null.
    absl::Status (*audit)(maru::store::Reader& reader) = nullptr;
  };
  // Somebody who calls another context.
  struct Peering {
    TestContext& from;
    DirectCaller& caller;
  };

  // "food"; the seed decides what is random.
  TestSystem(std::string name, uint32_t seed) : name_(std::move(name)), random_(seed) {}
  virtual ~TestSystem() = default;

  const std::string& name() const { return name_; }
  virtual std::vector<Deployment> Deployments() = 0;
  virtual std::vector<Peering> Peerings() { return {}; }

  async::ManualExecutor& executor() { return executor_; }
  EventQueues& queues() { return queues_; }
  void Pass(absl::Duration duration) { executor_.Advance(duration); }
  // Everybody is there, every answer is known, every event has arrived.
  virtual void Settle();
  // Compares what there is, once settled. What is wrong fails the test.
  virtual void Check() = 0;

  // Runs a command while time passes, for at most 3 s.
  template <class T>
  T Run(async::Task<T> task) {
    std::optional<T> result;
    async::Scope scope;
    scope.Spawn([](async::Task<T> awaited, std::optional<T>& out) -> async::Task<void> {
      out.emplace(co_await std::move(awaited));
    }(std::move(task), result));
    executor_.RunUntilIdle();
    for (int i = 0; i < 30 && !result.has_value(); ++i) executor_.Advance(absl::Milliseconds(100));
    MARU_CHECK(result.has_value());
    return *std::move(result);
  }

 protected:
  // `listener` does what `policies` say when it hears `sources`, or shows what `view` says.
  void Hear(TestContext& listener, const events::Policies& policies,
            const std::vector<TestContext*>& sources);
  void See(TestContext& listener, const events::View& view,
           const std::vector<TestContext*>& sources);
  // By `who`, with a deadline of 2 s.
  rpc::CallContext Call(std::string_view who, std::string request_id = "",
                        const std::string& request = "");
  size_t Below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

 private:
  const std::string name_;
  std::mt19937 random_;
  EventQueues queues_{random_};
  async::ManualExecutor executor_;
};

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_TEST_SYSTEM_H_
