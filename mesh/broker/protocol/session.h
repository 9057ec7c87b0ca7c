// Session: what publishing and subscribing streams have in common: how they end, drain and notice
// silence.
#ifndef MARU_MESH_BROKER_PROTOCOL_SESSION_H_
#define MARU_MESH_BROKER_PROTOCOL_SESSION_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "maru/broker/v1/errors.maru.h"
#include "mesh/broker/protocol/environment.h"

namespace maru::broker {

// Executor's thread only. Lives in the frame of the call.
class Session {
 public:
  explicit Session(const Environment& env)
      : env_(env), changed_(env.executor), ended_(env.executor), heard_(env.executor.Now()) {}
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Asks the client to finish and go.
  void Drain() {
    draining_ = true;
    changed_.NotifyAll();
  }
  // Ends the session: Run returns `status`. The first one counts.
  void End(absl::Status status) {
    if (outcome_.has_value()) return;
    outcome_ = std::move(status);
    ended_.NotifyAll();
  }

 protected:
  bool over() const { return outcome_.has_value(); }
  Instant heard() const { return heard_; }
  void Heard() { heard_ = env_.executor.Now(); }

  // Suspends until End; then nothing of this session runs any more.
  async::Task<absl::Status> UntilEnd() {
    while (!outcome_.has_value()) co_await ended_.Wait();
    scope_.CancelAll();
    co_return *outcome_;
  }

  // Ends the session after `timeout` of silence.
  async::Task<void> WatchSilence(absl::Duration timeout) {
    while (heard_ + timeout > env_.executor.Now())
      co_await env_.executor.SleepUntil(heard_ + timeout);
    End(v1::errors::SessionExpired("no heartbeat"));
  }

  const Environment& env_;
  bool draining_ = false;
  // Something is to be sent, or the session is to look at itself.
  async::Signal changed_;

 private:
  async::Signal ended_;
  std::optional<absl::Status> outcome_;
  Instant heard_;

 protected:
  // Last: what runs in it uses all of the above. A derived class calls UntilEnd, which empties it,
  // or empties it itself.
  async::Scope scope_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_SESSION_H_
