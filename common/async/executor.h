// Executor: the one thread on which all coroutines of a deployment run, its timers and its clock.
//
// Production drives one from a gRPC completion queue (common/rpc/grpc), tests and tools from a
// plain thread (thread_loop.h) or by hand with virtual time (manual_executor.h).
#ifndef MARU_COMMON_ASYNC_EXECUTOR_H_
#define MARU_COMMON_ASYNC_EXECUTOR_H_

#include <coroutine>
#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "common/base/clock.h"

namespace maru::async {

using Callback = absl::AnyInvocable<void()>;
using TimerId = uint64_t;
// A path of the code that is seldom taken; all are listed in rare.h.
enum class Rare : uint8_t;

class Executor : public Clock {
 public:
  // Runs `callback` on the executor's thread, after what is already posted. Any thread may call.
  // After the executor has stopped, callbacks are destroyed without being run.
  virtual void Post(Callback callback) = 0;

  // Runs `callback` on the executor's thread once `when` has come; in order of `when`, equal ones
  // in order of call. Executor's thread only.
  virtual TimerId StartTimer(Instant when, Callback callback) = 0;
  // Forgets a timer that has not run; harmless when it has. Executor's thread only.
  virtual void CancelTimer(TimerId id) = 0;

  // Whether the calling thread is the executor's.
  virtual bool OnThread() const = 0;

  // Whether to take a rare path now although nothing forces it: a simulation makes them common.
  // Production: never.
  virtual bool Rarely(Rare /*path*/) { return false; }

  // co_await executor.SleepUntil(when) / Sleep(duration) / Yield(): suspends; destroying the frame
  // cancels the timer.
  class SleepAwaiter;
  SleepAwaiter SleepUntil(Instant when);
  SleepAwaiter Sleep(absl::Duration duration);
  // Lets everything that is ready run first.
  SleepAwaiter Yield();
};

class [[nodiscard]] Executor::SleepAwaiter {
 public:
  SleepAwaiter(Executor& executor, Instant when) : executor_(executor), when_(when) {}
  ~SleepAwaiter() {
    if (armed_) executor_.CancelTimer(id_);
  }
  SleepAwaiter(const SleepAwaiter&) = delete;
  SleepAwaiter& operator=(const SleepAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    armed_ = true;
    id_ = executor_.StartTimer(when_, [this, waiter] {
      armed_ = false;
      waiter.resume();
    });
  }
  void await_resume() const noexcept {}

 private:
  Executor& executor_;
  const Instant when_;
  TimerId id_ = 0;
  bool armed_ = false;
};

inline Executor::SleepAwaiter Executor::SleepUntil(Instant when) { return {*this, when}; }
inline Executor::SleepAwaiter Executor::Sleep(absl::Duration duration) {
  return {*this, Now() + duration};
}
inline Executor::SleepAwaiter Executor::Yield() { return {*this, Now()}; }

// A timer that is cancelled when it goes out of scope. Executor's thread only.
class Timer {
 public:
  Timer() = default;
  Timer(Executor& executor, Instant when, Callback callback)
      : executor_(&executor), id_(executor.StartTimer(when, std::move(callback))) {}
  Timer(Timer&& other) noexcept
      : executor_(std::exchange(other.executor_, nullptr)), id_(other.id_) {}
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      Cancel();
      executor_ = std::exchange(other.executor_, nullptr);
      id_ = other.id_;
    }
    return *this;
  }
  ~Timer() { Cancel(); }
  void Cancel() {
    if (Executor* executor = std::exchange(executor_, nullptr)) executor->CancelTimer(id_);
  }

 private:
  Executor* executor_ = nullptr;
  TimerId id_ = 0;
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_EXECUTOR_H_
