// Signal: "something changed, look again". Waiters re-check their own condition after each wake-up.
#ifndef MARU_COMMON_ASYNC_SIGNAL_H_
#define MARU_COMMON_ASYNC_SIGNAL_H_

#include <coroutine>
#include <utility>

#include "common/async/executor.h"
#include "common/base/status.h"

namespace maru::async {

// Executor's thread only. Must outlive its waiters.
class Signal {
 public:
  explicit Signal(Executor& executor) : executor_(executor) {}
  ~Signal() { MARU_CHECK(waiters_ == nullptr); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // Wakes everyone who waits now, in order of arrival, each from the executor and not on the
  // caller's stack.
  void NotifyAll() {
    if (waiters_ == nullptr) return;
    Waiter* waiter = std::exchange(waiters_, nullptr);
    last_ = nullptr;
    while (waiter != nullptr) {
      Waiter* next = waiter->next_;
      waiter->Wake();
      waiter = next;
    }
  }

  // co_await signal.Wait(): until the next NotifyAll. co_await signal.WaitUntil(when): false when
  // `when` came first.
  class [[nodiscard]] Waiter {
   public:
    Waiter(Signal& signal, Instant when) : signal_(signal), when_(when) {}
    ~Waiter() {
      if (listed_) signal_.Unlist(*this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) {
      coroutine_ = coroutine;
      signal_.List(*this);
      if (when_ < Instant::InfiniteFuture()) {
        timer_ = Timer(signal_.executor_, when_, [this] {
          signal_.Unlist(*this);
          coroutine_.resume();
        });
      }
    }
    bool await_resume() const noexcept { return notified_; }

   private:
    friend class Signal;
    void Wake() {
      listed_ = false;
      notified_ = true;
      // Replaces the timeout: a timer rather than Post, so that destroying the frame takes it back.
      timer_ = Timer(signal_.executor_, signal_.executor_.Now(), [this] { coroutine_.resume(); });
    }

    Signal& signal_;
    const Instant when_;
    std::coroutine_handle<> coroutine_;
    Timer timer_;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
    bool listed_ = false;
    bool notified_ = false;
  };
  Waiter Wait() { return {*this, Instant::InfiniteFuture()}; }
  Waiter WaitUntil(Instant when) { return {*this, when}; }

 private:
  void List(Waiter& waiter) {
    waiter.listed_ = true;
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    (last_ != nullptr ? last_->next_ : waiters_) = &waiter;
    last_ = &waiter;
  }
  void Unlist(Waiter& waiter) {
    waiter.listed_ = false;
    (waiter.previous_ != nullptr ? waiter.previous_->next_ : waiters_) = waiter.next_;
    (waiter.next_ != nullptr ? waiter.next_->previous_ : last_) = waiter.previous_;
  }

  Executor& executor_;
  Waiter* waiters_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_SIGNAL_H_
