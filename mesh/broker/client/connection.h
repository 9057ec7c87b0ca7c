// Connection: one stream to the broker, with what both kinds of client have in common: it breaks
// once, it notices silence.
#ifndef MARU_MESH_BROKER_CLIENT_CONNECTION_H_
#define MARU_MESH_BROKER_CLIENT_CONNECTION_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "common/async/rare.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/rpc/transport.h"
#include "mesh/broker/client/bus.h"

namespace maru::broker {

// Until the broker says what it wants (Opened, Joined).
inline constexpr absl::Duration kDefaultHeartbeatInterval = absl::Seconds(5);

// Executor's thread only.
class Connection {
 public:
  Connection(const ClientEnvironment& env, std::string_view method)
      : env_(env), changed_(env.executor), stream_(env.Open(method)), heard_(env.executor.Now()) {}
  ~Connection() { scope_.CancelAll(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  rpc::ClientStream& stream() { return *stream_; }
  async::Scope& scope() { return scope_; }
  // Notified on everything that somebody may wait for.
  async::Signal& changed() { return changed_; }

  // OK while the connection stands. The first cause counts.
  const absl::Status& broken() const { return broken_; }
  void Break(absl::Status why) {
    if (!broken_.ok()) return;
    broken_ = std::move(why);
    changed_.NotifyAll();
  }

  void Heard() { heard_ = env_.executor.Now(); }
  absl::Duration heartbeat_interval() const { return heartbeat_interval_; }
  void set_heartbeat_interval(absl::Duration interval) {
    if (interval > absl::ZeroDuration()) heartbeat_interval_ = interval;
  }
  // To be spawned: breaks the connection after three silent intervals.
  async::Task<void> WatchSilence() {
    while (true) {
      const Instant until = heard_ + heartbeat_interval_ * 3;
      if (until <= env_.executor.Now() || env_.executor.Rarely(async::Rare::kFallsSilent)) break;
      co_await env_.executor.SleepUntil(until);
    }
    Break(absl::UnavailableError("the broker has fallen silent"));
  }

 private:
  const ClientEnvironment& env_;
  async::Signal changed_;
  const std::unique_ptr<rpc::ClientStream> stream_;
  absl::Status broken_;
  Instant heard_;
  absl::Duration heartbeat_interval_ = kDefaultHeartbeatInterval;
  async::Scope scope_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_CLIENT_CONNECTION_H_
