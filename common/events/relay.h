// Relay: publishes the outbox of a store, in commit order, and forgets what the broker has durably.
//
// The outbox is the truth: rows leave it only after the broker's ack, so a resend after any failure
// continues at the broker's mark and the broker drops what it has. A dead broker costs nobody a
// command: rows wait.
//
// Store and broker may disagree about history (one was restored or lost). Publishing then stops
// until an operator has looked, because either choice would lose events or reuse sequences;
// status(), the metric maru_outbox_stopped and the journal say so.
#ifndef MARU_COMMON_EVENTS_RELAY_H_
#define MARU_COMMON_EVENTS_RELAY_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/events/backoff.h"
#include "common/events/bus.h"
#include "common/events/environment.h"
#include "common/events/metrics.h"
#include "common/store/store.h"

namespace maru::events {

struct RelayOptions {
  // "datecourse.schedule".
  std::string topic;
  // Of one read and one Send.
  size_t max_batch_rows = 512;
  size_t max_batch_bytes = 256 << 10;
  // Sent and not yet acknowledged, at most, whatever credit the broker gives.
  uint64_t max_in_flight = 16'384;
  // Rows are deleted once so many are acknowledged, or after the delay.
  uint64_t trim_rows = 1024;
  absl::Duration trim_delay = absl::Seconds(1);
  // Between attempts.
  absl::Duration initial_retry = absl::Milliseconds(50);
  absl::Duration max_retry = absl::Seconds(5);
};

enum class RelayState { kConnecting, kPublishing, kStopped };

struct RelayReport {
  RelayState state = RelayState::kConnecting;
  // Why it is stopped, or the last failure while connecting.
  absl::Status error;
  uint64_t last_sequence = 0;
  uint64_t published_sequence = 0;
};

// Executor's thread only. Destroying it at any moment is like a crash.
class Relay {
 public:
  Relay(Environment environment, RelayOptions options);
  ~Relay();

  void Start();
  // Completes when the broker has durably all that was emitted before this call. DEADLINE_EXCEEDED:
  // not by `until`; FAILED_PRECONDITION and the like: publishing has stopped (see Report).
  async::Task<absl::Status> Flush(Instant until);
  RelayReport Report() const;

 private:
  // Sent rows up to `last`; `since` is when the first of them was noticed.
  struct InFlight {
    uint64_t last;
    absl::Time since;
  };

  async::Task<void> Run();
  // Connects and publishes until the stream breaks.
  async::Task<absl::Status> Session();
  // Where to go on after the broker's mark. FAILED_PRECONDITION or DATA_LOSS: it does not fit this
  // store.
  async::Task<absl::Status> CheckMark(uint64_t mark);
  async::Task<absl::Status> SendNext();
  async::Task<void> SendLoop();
  async::Task<void> AckLoop();
  async::Task<void> TrimLoop();
  async::Task<void> WatchLoop();

  absl::StatusOr<std::vector<Record>> ToRecords(std::vector<maru::store::OutboxRow> rows) const;
  void Acknowledge(uint64_t mark);
  void EndSession(absl::Status why);
  void Stop(absl::Status why);
  void UpdateGauges();
  uint64_t waiting() const { return env_.store.last_sequence() - published_; }

  const Environment env_;
  const RelayOptions options_;
  RelayMetrics metrics_;
  RelayState state_ = RelayState::kConnecting;
  absl::Status error_;
  // What the broker has durably, as far as known; what is deleted here; what the publisher has.
  uint64_t published_;
  uint64_t trimmed_;
  uint64_t sent_ = 0;
  std::unique_ptr<Publisher> publisher_;
  std::deque<InFlight> in_flight_;
  // When the oldest event that waits was noticed.
  std::optional<absl::Time> oldest_;
  std::optional<absl::Status> ended_;
  Backoff backoff_;
  // There may be rows to send; the broker has more; the session is over or publishing has stopped.
  async::Signal work_;
  async::Signal acked_;
  async::Signal over_;
  async::Scope scope_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_RELAY_H_
