// EventRuntime: what a context publishes and hears: relay, policies, view, and who waits for them.
#ifndef MARU_MESH_CONTEXT_EVENT_RUNTIME_H_
#define MARU_MESH_CONTEXT_EVENT_RUNTIME_H_

#include <cstdint>
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
#include "common/events/view_runner.h"
#include "common/rpc/call_context.h"
#include "common/rpc/service.h"
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
    // "datecourse", "viewpage"
    std::string system;
    std::string context;
    config::v1::EventsConfig config;
    // Numbers of the tables and indexes of the view.
    std::vector<uint32_t> view_tables;
  };

  // What `policies` and `view` refer to outlives the runtime.
  EventRuntime(Options options, events::Environment environment, const events::Policies& policies,
               const events::View& view);

  // Takes over what has been applied before, and begins to publish and to hear: before the first
  // query. Errors: those of the store.
  async::Task<absl::Status> Start();

  // Completes when everything that `call` wants to see, and that is read here, has taken effect.
  // UNAVAILABLE/VIEW_BEHIND. After Start.
  async::Task<absl::Status> WaitFor(const rpc::CallContext& call);

  // Ends all subscriptions after their commits under way. Nothing but Flush may follow.
  async::Task<void> StopSubscriptions();
  // Hands the outbox to the broker; what is not there by `until` goes out after the next start.
  async::Task<absl::Status> Flush(Instant until) { return relay_.Flush(until); }

  // What operators see of it; calls of it end before StopSubscriptions.
  std::unique_ptr<rpc::Service> MakeAdmin();

 private:
  events::SubscriberOptions SubscriberOptionsOf() const;

  const Options options_;
  const events::Environment environment_;
  const std::string deployment_;
  // This process among the members of its groups.
  const std::string member_;
  events::Relay relay_;
  // Null where the context has none.
  std::unique_ptr<events::Applied> policies_applied_;
  std::unique_ptr<events::Subscriber> policies_;
  std::unique_ptr<events::ViewRunner> view_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_EVENT_RUNTIME_H_
