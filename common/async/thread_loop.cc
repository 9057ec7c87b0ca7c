#include "common/async/thread_loop.h"

#include <chrono>
#include <future>

namespace maru::async {

ThreadLoop::ThreadLoop() : thread_([this] { Run(); }) {}

ThreadLoop::~ThreadLoop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyOne();
  thread_.join();
}

void ThreadLoop::Post(Callback callback) {
  bool was_empty;
  {
    MutexLock lock(mutex_);
    was_empty = posted_.empty();
    posted_.push_back(std::move(callback));
  }
  if (was_empty) wake_.NotifyOne();
}

TimerId ThreadLoop::StartTimer(Instant when, Callback callback) {
  MARU_CHECK(OnThread());
  return timers_.Start(when, std::move(callback));
}

void ThreadLoop::CancelTimer(TimerId id) {
  MARU_CHECK(OnThread());
  timers_.Cancel(id);
}

Instant ThreadLoop::Now() const {
  return Instant::FromDuration(
      absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
}

void ThreadLoop::RunHere(Callback callback) {
  std::promise<void> done;
  Post([&] {
    callback();
    done.set_value();
  });
  done.get_future().wait();
}

void ThreadLoop::Run() {
  std::vector<Callback> ready;
  while (true) {
    {
      MutexLock lock(mutex_);
      while (posted_.empty() && !stopping_ && timers_.NextDue() > Now()) {
        const Instant due = timers_.NextDue();
        if (due == Instant::InfiniteFuture()) {
          wake_.Wait(mutex_);
        } else {
          wake_.WaitFor(mutex_, due - Now());
        }
      }
      ready.swap(posted_);
      if (stopping_) break;
    }
    for (Callback& callback : ready) {
      callback();
      callback = nullptr;
    }
    ready.clear();
    // Timers that a timer starts for "now" wait for the next round: posted work gets its turn.
    const Instant now = Now();
    while (timers_.RunOne(now)) {
    }
  }
  ready.clear();
  timers_.Clear();
}

}  // namespace maru::async
