#include "common/events/partition_worker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/async/rare.h"
#include "common/base/status.h"
#include "common/events/backoff.h"

namespace maru::events {

namespace {

size_t SizeOf(const Record& record) { return record.key.size() + record.value.size(); }

}  // namespace

PartitionWorker::PartitionWorker(Parts parts, WorkerLimits limits, TopicPartition partition,
                                 ConsumedPosition position, uint64_t end_offset)
    : parts_(parts),
      limits_(limits),
      partition_(std::move(partition)),
      position_(std::move(position)),
      stored_(position_),
      end_offset_(end_offset),
      next_offset_(position_.offset()),
      retry_at_(position_.parked() > 0 ? parts.executor.Now() : Instant::InfiniteFuture()),
      changed_(parts.executor) {}

void PartitionWorker::Start() {
  loops_ = 2;
  scope_.Spawn(ApplyLoop());
  scope_.Spawn(RetryLoop());
}

async::Task<void> PartitionWorker::Stop() {
  stopping_ = true;
  changed_.NotifyAll();
  while (loops_ > 0) co_await changed_.Wait();
}

void PartitionWorker::Hold(bool held) {
  held_ = held;
  changed_.NotifyAll();
}

void PartitionWorker::EndTransaction() {
  if (--in_flight_ == 0) parts_.host.OnIdle(*this);
  changed_.NotifyAll();
}

void PartitionWorker::RetryNow() {
  retry_at_ = parts_.executor.Now();
  changed_.NotifyAll();
}

absl::Status PartitionWorker::Enqueue(Batch batch) {
  if (gap_.has_value())
    return absl::OkStatus();  // sent before the broker knew that it cannot go on
  if (batch.log_id != position_.log_id()) {
    return absl::AbortedError(absl::StrCat("a batch of another log of ", partition_.topic));
  }
  end_offset_ = std::max(end_offset_, batch.end_offset);
  if (batch.base_offset > next_offset_ && may_skip_) next_offset_ = batch.base_offset;
  if (batch.base_offset > next_offset_) {
    return absl::AbortedError(absl::StrCat("the log went from offset ", next_offset_, " to ",
                                           batch.base_offset, " of ", partition_.topic, "/",
                                           partition_.partition));
  }
  // A batch that begins earlier repeats: the transaction knows by the sequence what has taken
  // effect.
  uint64_t offset = batch.base_offset;
  for (Record& record : batch.records) queue_.push_back({offset++, std::move(record)});
  next_offset_ = std::max(next_offset_, offset);
  if (!batch.records.empty()) may_skip_ = false;
  changed_.NotifyAll();
  return absl::OkStatus();
}

void PartitionWorker::StandStill(Gap gap) { gap_ = std::move(gap); }

async::Task<absl::StatusOr<PartitionStart>> PartitionWorker::AcceptGap() {
  if (!gap_.has_value())
    co_return absl::FailedPreconditionError("the partition does not stand at a gap");
  if (!queue_.empty() || in_flight_ > 0 || stored_.offset() != position_.offset()) {
    co_return absl::UnavailableError("records from before the gap are still being applied");
  }
  auto [sender, receiver] = GapAnswer::Make();
  scope_.Spawn(MovePastGap(std::move(sender)));
  std::optional<absl::StatusOr<PartitionStart>> answer = co_await receiver;
  if (!answer.has_value())
    co_return absl::UnavailableError("the partition was assigned anew meanwhile");
  co_return *std::move(answer);
}

PartitionStart PartitionWorker::StartAfter(const Gap& gap) const {
  PartitionStart start;
  start.topic = partition_.topic;
  start.partition = partition_.partition;
  start.accept_gap = true;
  if (gap.log_id == position_.log_id() && gap.earliest > position_.offset()) {
    start.from = StartFrom::kPosition;
    start.position = {gap.log_id, gap.earliest};
  } else {
    // Another log, or one that lost its end: all that is left is read again from its first record;
    // the sequences tell what has taken effect.
    start.from = StartFrom::kEarliest;
    start.position = {gap.log_id, 0};
  }
  return start;
}

async::Task<void> PartitionWorker::MovePastGap(GapAnswer::Sender answer) {
  const PartitionStart start = StartAfter(*gap_);
  const ConsumedPosition expected = stored_;
  ConsumedPosition moved;
  const auto reposition = [this, &expected, &start, &moved](maru::store::Txn& txn) {
    return parts_.applier.Reposition(txn, partition_, expected, start.position, moved);
  };
  ++in_flight_;
  const absl::Status status = co_await parts_.store.Apply(reposition);
  EndTransaction();
  if (!status.ok()) {
    answer.Send(status);
    co_return;
  }
  stored_ = position_ = std::move(moved);
  save_at_ = Instant::InfiniteFuture();
  next_offset_ = position_.offset();
  may_skip_ = true;
  gap_.reset();
  answer.Send(start);
}

std::vector<LogRecord> PartitionWorker::TakeChunk() {
  size_t count = 0;
  size_t bytes = 0;
  const bool small = parts_.executor.Rarely(async::Rare::kSmallCommit);
  const size_t most = small ? 1 : limits_.max_events_per_commit;
  while (count < std::min(queue_.size(), most)) {
    bytes += SizeOf(queue_[count].record);
    if (count > 0 && bytes > limits_.max_bytes_per_commit) break;
    ++count;
  }
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<LogRecord> chunk(std::make_move_iterator(queue_.begin()),
                               std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return chunk;
}

async::Task<void> PartitionWorker::ApplyLoop() {
  while (!stopping_) {
    if (held_ || (queue_.empty() && parts_.executor.Now() < save_at_)) {
      co_await changed_.WaitUntil(held_ ? Instant::InfiniteFuture() : save_at_);
      continue;
    }
    const bool go_on = co_await Commit(TakeChunk());
    if (!go_on) break;
  }
  --loops_;
  changed_.NotifyAll();
}

async::Task<bool> PartitionWorker::Commit(std::vector<LogRecord> chunk) {
  Backoff backoff(limits_.initial_pause, limits_.max_pause, parts_.random);
  while (!stopping_) {
    if (held_) {
      co_await changed_.Wait();
      continue;
    }
    // The writer's thread reads these while this thread goes on.
    const ConsumedPosition stored = stored_;
    const ConsumedPosition reached = position_;
    const bool save = parts_.executor.Now() >= save_at_;
    const Moment moment = Moment::Of(parts_.executor, parts_.random);
    ApplyOutcome outcome;
    const auto apply = [&, this](maru::store::Txn& txn) {
      return parts_.applier.Apply(txn, partition_, stored, reached, chunk, save, moment, outcome);
    };
    ++in_flight_;
    const absl::Status status = co_await parts_.store.Apply(apply);
    EndTransaction();
    if (status.ok()) {
      NoteSuccess();
      NoteApplied(chunk, outcome);
      co_return true;
    }
    if (absl::IsAborted(status)) {
      stopping_ = true;
      parts_.host.OnStale(*this, status);
      co_return false;
    }
    NoteFailure(status);
    co_await PauseFor(backoff.Next());
  }
  co_return false;
}

void PartitionWorker::NoteApplied(const std::vector<LogRecord>& chunk,
                                  const ApplyOutcome& outcome) {
  const Instant now = parts_.executor.Now();
  position_ = outcome.position;
  if (outcome.saved) {
    stored_ = position_;
    save_at_ = Instant::InfiniteFuture();
  } else {
    save_at_ = std::min(save_at_, now + limits_.save_delay);
  }
  retry_at_ = std::min(retry_at_, now + outcome.retry_in);
  if (chunk.empty()) return;
  uint64_t bytes = 0;
  for (const LogRecord& record : chunk) bytes += SizeOf(record.record);
  parts_.host.OnApplied(*this, outcome, chunk.size(), bytes);
}

async::Task<void> PartitionWorker::RetryLoop() {
  Backoff backoff(limits_.initial_pause, limits_.max_pause, parts_.random);
  while (!stopping_) {
    if (held_ || parts_.executor.Now() < retry_at_) {
      co_await changed_.WaitUntil(held_ ? Instant::InfiniteFuture() : retry_at_);
      continue;
    }
    const Moment moment = Moment::Of(parts_.executor, parts_.random);
    RetryOutcome outcome;
    const auto retry = [this, &moment, &outcome](maru::store::Txn& txn) {
      return parts_.parking.RetryDue(txn, partition_, moment, outcome);
    };
    // What is parked from here on is looked at again.
    retry_at_ = Instant::InfiniteFuture();
    ++in_flight_;
    const absl::Status status = co_await parts_.store.Apply(retry);
    EndTransaction();
    if (!status.ok()) {
      NoteFailure(status);
      retry_at_ = parts_.executor.Now() + backoff.Next();
      continue;
    }
    NoteSuccess();
    backoff.Reset();
    retry_at_ = std::min(retry_at_, parts_.executor.Now() + outcome.retry_in);
    position_.set_parked(outcome.parked);
    parts_.host.OnRetried(*this, outcome);
  }
  --loops_;
  changed_.NotifyAll();
}

async::Task<void> PartitionWorker::PauseFor(absl::Duration duration) {
  const Instant until = parts_.executor.Now() + duration;
  while (!stopping_ && parts_.executor.Now() < until) co_await changed_.WaitUntil(until);
}

void PartitionWorker::NoteFailure(const absl::Status& failure) {
  refused_ = true;
  parts_.host.OnPause(*this, failure);
}

void PartitionWorker::NoteSuccess() {
  if (refused_) parts_.host.OnPause(*this, absl::OkStatus());
  refused_ = false;
}

}  // namespace maru::events
