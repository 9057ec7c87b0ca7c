// SimScheduler: one thread and one virtual time for the executors of many simulated processes.
//
// Nothing runs by itself: whoever drives the simulation asks for one step after the other.
// Executors that have something to do at the same moment take turns by the seed.
#ifndef MARU_COMMON_ASYNC_SIM_SCHEDULER_H_
#define MARU_COMMON_ASYNC_SIM_SCHEDULER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/async/timer_queue.h"
#include "common/base/seeded_random.h"

namespace maru::async {

class SimExecutor;

class SimScheduler {
 public:
  explicit SimScheduler(uint64_t seed) : random_(seed) {}
  SimScheduler(const SimScheduler&) = delete;
  SimScheduler& operator=(const SimScheduler&) = delete;

  // The one true time.
  Instant Now() const { return now_; }
  // Runs what is due first, moving time there, and returns whose it was; nullptr when nothing is
  // due by `until`: then it is `until`.
  const SimExecutor* RunOne(Instant until);
  // Callbacks run since time last moved: one that grows without end is a livelock.
  uint64_t steps_at_once() const { return steps_at_once_; }
  uint64_t steps() const { return steps_; }

 private:
  friend class SimExecutor;

  SeededRandom random_;
  Instant now_;
  uint64_t steps_ = 0;
  uint64_t steps_at_once_ = 0;
  // In the order in which they were made.
  std::vector<SimExecutor*> executors_;
  // Those of RunOne; kept to spare the allocation.
  std::vector<SimExecutor*> due_;
};

// What one process sees: its work, its timers, and clocks of its own. Destroyed with the process:
// what it has not run is destroyed without being run.
class SimExecutor final : public Executor {
 public:
  // Its monotonic clock begins at `boot`; its calendar shows `wall` when the simulation begins.
  // `scheduler` outlives the executor.
  SimExecutor(SimScheduler& scheduler, absl::Duration boot, absl::Time wall);
  ~SimExecutor() override;

  void Post(Callback callback) override { timers_.Start(scheduler_.now_, std::move(callback)); }
  TimerId StartTimer(Instant when, Callback callback) override {
    return timers_.Start(when - offset_, std::move(callback));
  }
  void CancelTimer(TimerId id) override { timers_.Cancel(id); }
  bool OnThread() const override { return true; }
  Instant Now() const override { return scheduler_.now_ + offset_; }
  absl::Time WallNow() const override { return wall_ + scheduler_.now_.SinceStart(); }
  bool Rarely(Rare path) override { return rarely_ && rarely_(path); }

  // Moves the calendar alone, as an operator or NTP would.
  void JumpWall(absl::Duration by) { wall_ += by; }
  // Which rare paths to take.
  void OnRare(std::function<bool(Rare)> rarely) { rarely_ = std::move(rarely); }

 private:
  friend class SimScheduler;

  SimScheduler& scheduler_;
  const absl::Duration offset_;
  absl::Time wall_;
  std::function<bool(Rare)> rarely_;
  // By the scheduler's time.
  TimerQueue timers_;
};

// Steps of a process that wait for something first, one after the other: its disk.
class SimDelayedExecutor final : public Executor {
 public:
  // `delay` says how long the next one takes. `executor` outlives this.
  SimDelayedExecutor(SimExecutor& executor, std::function<absl::Duration()> delay)
      : executor_(executor), delay_(std::move(delay)) {}

  void Post(Callback callback) override {
    done_ = std::max(done_, executor_.Now()) + delay_();
    executor_.StartTimer(done_, std::move(callback));
  }
  TimerId StartTimer(Instant when, Callback callback) override {
    return executor_.StartTimer(when, std::move(callback));
  }
  void CancelTimer(TimerId id) override { executor_.CancelTimer(id); }
  bool OnThread() const override { return true; }
  Instant Now() const override { return executor_.Now(); }
  absl::Time WallNow() const override { return executor_.WallNow(); }
  bool Rarely(Rare path) override { return executor_.Rarely(path); }

 private:
  SimExecutor& executor_;
  const std::function<absl::Duration()> delay_;
  Instant done_;
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_SIM_SCHEDULER_H_
