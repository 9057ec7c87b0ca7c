// EventRuntime: what a context publishes and hears: relay, policies, view, and who waits for them.
#ifndef MARU_MESH_CONTEXT_EVENT_RUNTIME_H_
#define MARU_MESH_CONTEXT_EVENT_RUNTIME_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/base/log.h"
#include "common/events/environment.h"
#include "common/events/handlers.h"
#include "common/events/journal.h"
#include "common/events/read_your_writes.h"
#include "common/events/relay.h"
#include "common/events/subscriber.h"
#include "common/rpc/call_context.h"
#include "maru/config/v1/config.pb.h"

namespace maru::mesh {

// The journal of events as lines of the log.
class LogJournal final : public events::Journal {
 public:
  // `logger` outlives it.
  explicit LogJournal(Logger& logger) : logger_(logger) {}
  void Warn(std::string_view where, std::string_view what, const absl::Status& why) override;
  void Error(std::string_view where, std::string_view what, const absl::Status& why) override;

 private:
  Logger& logger_;
};

// Executor's thread only. Destroying it at any moment is like a crash.
class EventRuntime {
 public:
  struct Options {
    std::string system;
    // "datecourse-viewpage"
    std::string deployment;
    // "datecourse.viewpage"
    std::string topic;
    config::v1::EventsConfig config;
  };

  // What `policies` and `view` refer to outlives the runtime.
  EventRuntime(Options options, events::Environment environment, const events::Policies& policies,
               const events::View& view);

  // Takes over what has been applied before: before the first query and Start. Errors: those of the
  // store.
  async::Task<absl::Status> Load();
  void Start();

  // Completes when everything that `call` wants to see, and that is read here, has taken effect.
  // UNAVAILABLE/VIEW_BEHIND.
  async::Task<absl::Status> WaitFor(const rpc::CallContext& call);

  // Ends all subscriptions after their commits under way.
  async::Task<void> StopSubscriptions();
  // Hands the outbox to the broker; what is not there by `until` goes out after the next start.
  async::Task<absl::Status> Flush(Instant until) { return relay_.Flush(until); }

 private:
  struct Consumer {
    std::unique_ptr<events::Applied> applied;
    std::unique_ptr<events::Subscriber> subscriber;
  };
  void Add(events::SubscriptionId id, events::Routes routes);

  const Options options_;
  const events::Environment environment_;
  const std::string member_;
  std::vector<Consumer> consumers_;
  events::Relay relay_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_EVENT_RUNTIME_H_
