#include "common/store/writer.h"

#include <algorithm>
#include <utility>

#include "common/async/rare.h"
#include "common/base/timestamp.h"
#include "common/store/key.h"
#include "common/store/records.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

Writer::Writer(Options options, WriterState state, Backend& backend, async::Executor& executor,
               absl::AnyInvocable<void(Durable)> publish)
    : options_(options),
      backend_(backend),
      publish_(std::move(publish)),
      state_(std::move(state)),
      durable_sequence_(state_.sequence),
      posting_(executor) {
  if (options_.own_thread) thread_ = std::thread([this] { RunThread(); });
}

Writer::~Writer() {
  queue_.Stop();
  if (thread_.joinable()) thread_.join();
}

WorkQueue::Awaiter Writer::Run(Command& command) {
  if (!options_.own_thread && !step_posted_) PostStep();
  return queue_.Run(command);
}

void Writer::PostStep() {
  step_posted_ = true;
  posting_.Post([this] {
    step_posted_ = false;
    RunGroup(queue_.waiting());
    // What the group had no room for.
    if (queue_.waiting() > 0) PostStep();
  });
}

void Writer::RunThread() {
  while (const size_t waiting = queue_.AwaitWork()) RunGroup(waiting);
}

void Writer::RunGroup(size_t size) {
  size = std::min(size, kMaxGroup);
  if (posting_.executor().Rarely(async::Rare::kSmallGroup)) size = std::min<size_t>(size, 1);
  Work* work = nullptr;
  for (size_t i = 0; i < size && state_.overlay.bytes() < kMaxGroupBytes; ++i) {
    work = queue_.Exchange(work);
    if (work == nullptr) break;
    Execute(static_cast<Command&>(*work));
  }
  if (work != nullptr) queue_.Finish(*work);
  HandOut(Commit());
}

void Writer::Execute(Command& command) {
  command.SetProvisional(true);
  if (failed_) return;
  // Microseconds, as stored: what a function computes from Now() it finds again in its rows.
  state_.time = std::max(state_.time,
                         absl::FromUnixMicros(absl::ToUnixMicros(posting_.executor().WallNow())));
  Transaction txn(state_, command.call(), state_.time);
  command.Execute(txn, options_.idempotency_ttl);
  command.SetProvisional(!state_.overlay.empty());
}

Fate Writer::Commit() {
  if (failed_) return Fate::kStoreFailed;
  if (state_.overlay.empty()) return Fate::kDurable;
  PutClock(state_);
  absl::Status written = backend_.Write(state_.overlay.TakeChanges());
  if (written.ok()) {
    durable_sequence_ = state_.sequence;
    state_.base = backend_.Snap();
    return Fate::kDurable;
  }
  state_.sequence = durable_sequence_;
  if (written.code() == absl::StatusCode::kResourceExhausted) return Fate::kDiskFull;
  // Nothing written since the last successful sync may be assumed durable, nor to be gone: refuse
  // everything from now on.
  failed_ = true;
  failure_ = std::move(written);
  return Fate::kStoreFailed;
}

void Writer::HandOut(Fate fate) {
  const uint64_t release =
      queue_.Release([fate](Work& work) { static_cast<Command&>(work).Settle(fate); });
  Durable durable{state_.base, durable_sequence_, std::exchange(failure_, absl::OkStatus())};
  posting_.Post([this, release, durable = std::move(durable)]() mutable {
    publish_(std::move(durable));
    queue_.ResumeReleased(release);
  });
}

}  // namespace maru::store
