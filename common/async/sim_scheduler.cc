#include "common/async/sim_scheduler.h"

namespace maru::async {

const SimExecutor* SimScheduler::RunOne(Instant until) {
  Instant first = Instant::InfiniteFuture();
  due_.clear();
  for (SimExecutor* executor : executors_) {
    const Instant due = std::max(executor->timers_.NextDue(), now_);
    if (due > first) continue;
    if (due < first) due_.clear();
    first = due;
    due_.push_back(executor);
  }
  if (first > until || first == Instant::InfiniteFuture()) {
    now_ = std::max(now_, until);
    return nullptr;
  }
  if (first > now_) steps_at_once_ = 0;
  now_ = first;
  ++steps_;
  ++steps_at_once_;
  SimExecutor* const next = due_.size() == 1 ? due_[0] : due_[random_.Below(due_.size())];
  next->timers_.RunOne(now_);
  return next;
}

SimExecutor::SimExecutor(SimScheduler& scheduler, absl::Duration boot, absl::Time wall)
    : scheduler_(scheduler), offset_(boot - scheduler.now_.SinceStart()), wall_(wall) {
  scheduler_.executors_.push_back(this);
}

SimExecutor::~SimExecutor() {
  timers_.Clear();
  std::erase(scheduler_.executors_, this);
}

}  // namespace maru::async
