// ManualExecutor: an Executor under the caller's hand, with virtual time. One thread; nothing runs
// by itself.
#ifndef MARU_COMMON_ASYNC_MANUAL_EXECUTOR_H_
#define MARU_COMMON_ASYNC_MANUAL_EXECUTOR_H_

#include <deque>
#include <utility>

#include "common/async/executor.h"
#include "common/async/timer_queue.h"

namespace maru::async {

class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(absl::Time wall = absl::FromUnixSeconds(1'800'000'000)) : wall_(wall) {}

  void Post(Callback callback) override { posted_.push_back(std::move(callback)); }
  TimerId StartTimer(Instant when, Callback callback) override {
    return timers_.Start(when, std::move(callback));
  }
  void CancelTimer(TimerId id) override { timers_.Cancel(id); }
  bool OnThread() const override { return true; }
  Instant Now() const override { return now_; }
  absl::Time WallNow() const override { return wall_; }

  // Runs the next callback that is ready now; false when none is.
  bool RunOne() {
    if (posted_.empty()) return timers_.RunOne(now_);
    Callback callback = std::move(posted_.front());
    posted_.pop_front();
    callback();
    return true;
  }

  // Runs what is ready now, and what that makes ready, without moving time.
  void RunUntilIdle() {
    while (RunOne()) {
    }
  }

  // Moves both clocks forward, running each timer at its time.
  void Advance(absl::Duration duration) {
    const Instant until = now_ + duration;
    RunUntilIdle();
    while (timers_.NextDue() <= until) {
      MoveTo(timers_.NextDue());
      RunUntilIdle();
    }
    MoveTo(until);
  }

  // Moves the calendar alone, as an operator or NTP would.
  void JumpWall(absl::Duration by) { wall_ += by; }

 private:
  void MoveTo(Instant when) {
    if (when <= now_) return;
    wall_ += when - now_;
    now_ = when;
  }

  std::deque<Callback> posted_;
  TimerQueue timers_;
  Instant now_;
  absl::Time wall_;
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_MANUAL_EXECUTOR_H_
