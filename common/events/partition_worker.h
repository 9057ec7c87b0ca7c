// PartitionWorker: consumes one assigned partition. One coroutine commits what arrives, one retries
// what is parked; the store takes their transactions one at a time.
#ifndef MARU_COMMON_EVENTS_PARTITION_WORKER_H_
#define MARU_COMMON_EVENTS_PARTITION_WORKER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/one_shot.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/events/applier.h"
#include "common/events/bus.h"
#include "common/events/parking.h"
#include "common/events/positions.h"
#include "common/store/store.h"

namespace maru::events {

class PartitionWorker;

// What a worker tells its subscriber. Called on the executor's thread, from the worker's
// coroutines.
class PartitionHost {
 public:
  virtual ~PartitionHost() = default;
  // Durable: `records` and `bytes` are their credit.
  virtual void OnApplied(PartitionWorker& worker, const ApplyOutcome& outcome, uint64_t records,
                         uint64_t bytes) = 0;
  // No transaction of the worker is in flight.
  virtual void OnIdle(PartitionWorker& worker) = 0;
  virtual void OnRetried(PartitionWorker& worker, const RetryOutcome& outcome) = 0;
  // The store refused a commit (disk full, failure); it is tried again. OK: it works again.
  virtual void OnPause(PartitionWorker& worker, const absl::Status& why) = 0;
  // Another member has the partition: the worker does nothing more. May not destroy it at once.
  virtual void OnStale(PartitionWorker& worker, const absl::Status& why) = 0;
};

struct WorkerLimits {
  // Of one commit: commands of the same store wait behind it.
  size_t max_events_per_commit = 256;
  size_t max_bytes_per_commit = 1 << 20;
  // How long a position may be kept in memory alone while nothing that is read has an effect; what
  // lies in between is read again after a crash.
  absl::Duration save_delay = absl::Seconds(1);
  // Between tries while the store refuses commits.
  absl::Duration initial_pause = absl::Milliseconds(100);
  absl::Duration max_pause = absl::Seconds(5);
};

// Executor's thread only. Destroying it at any moment is like a crash: what was committed stays,
// the rest never was.
class PartitionWorker {
 public:
  struct Parts {
    async::Executor& executor;
    Random& random;
    maru::store::Store& store;
    const Applier& applier;
    const Parking& parking;
    PartitionHost& host;
  };
  // Starts at `position`, as claimed (its log id is set). All parts outlive it.
  PartitionWorker(Parts parts, WorkerLimits limits, TopicPartition partition,
                  ConsumedPosition position, uint64_t end_offset);

  void Start();
  // Lets what is in flight finish and completes then; what is queued is dropped.
  async::Task<void> Stop();
  // Holds new transactions back, or not.
  void Hold(bool held);
  bool is_idle() const { return in_flight_ == 0; }

  // Looks at once for parked events to retry.
  void RetryNow();

  // Takes records over. ABORTED: they do not follow what came before: join again.
  absl::Status Enqueue(Batch batch);

  // The log cannot serve the position: nothing moves until AcceptGap.
  void StandStill(Gap gap);
  // An operator accepts the loss: moves the position and returns where to start.
  // FAILED_PRECONDITION: there is no gap; ABORTED: another member has the partition; UNAVAILABLE:
  // records from before the gap are still being applied, or the worker ended meanwhile. The task
  // may outlive the worker.
  async::Task<absl::StatusOr<PartitionStart>> AcceptGap();

  const TopicPartition& partition() const { return partition_; }
  const ConsumedPosition& position() const { return position_; }
  const std::optional<Gap>& gap() const { return gap_; }
  uint64_t lag() const {
    return end_offset_ > position_.offset() ? end_offset_ - position_.offset() : 0;
  }

 private:
  using GapAnswer = async::OneShot<absl::StatusOr<PartitionStart>>;

  async::Task<void> ApplyLoop();
  async::Task<void> RetryLoop();
  // Commits one chunk (an empty one: the position alone), however often that must be tried; false
  // when the worker is to end.
  async::Task<bool> Commit(std::vector<LogRecord> chunk);
  std::vector<LogRecord> TakeChunk();
  void NoteApplied(const std::vector<LogRecord>& chunk, const ApplyOutcome& outcome);
  // Where to go on after `gap`.
  PartitionStart StartAfter(const Gap& gap) const;
  async::Task<void> MovePastGap(GapAnswer::Sender answer);
  void EndTransaction();
  async::Task<void> PauseFor(absl::Duration duration);
  void NoteFailure(const absl::Status& failure);
  void NoteSuccess();

  const Parts parts_;
  const WorkerLimits limits_;
  const TopicPartition partition_;
  // Where to read on, and what the store has of it: less while nothing that was read had an effect.
  ConsumedPosition position_;
  ConsumedPosition stored_;
  // When the store must have it.
  Instant save_at_ = Instant::InfiniteFuture();
  uint64_t end_offset_;
  std::deque<LogRecord> queue_;
  // Offset that the next batch begins with.
  uint64_t next_offset_;
  // The next batch may begin later: an operator accepted that records are lost.
  bool may_skip_ = false;
  std::optional<Gap> gap_;
  Instant retry_at_;
  bool stopping_ = false;
  bool held_ = false;
  bool refused_ = false;
  // Transactions in flight, and loops that run.
  int in_flight_ = 0;
  int loops_ = 0;
  async::Signal changed_;
  async::Scope scope_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_PARTITION_WORKER_H_
