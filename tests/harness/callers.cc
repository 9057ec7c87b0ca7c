#include "tests/harness/callers.h"

namespace maru::harness {

Callers::Callers(async::Executor& executor, int count) : executor_(executor) {
  for (int i = 0; i < count; ++i) threads_.emplace_back([this] { Run(); });
}

Callers::~Callers() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  for (std::thread& thread : threads_) thread.join();
}

void Callers::Add(async::Callback call) {
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(call));
  }
  wake_.NotifyOne();
}

void Callers::Run() {
  while (true) {
    async::Callback call;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopping_) wake_.Wait(mutex_);
      if (waiting_.empty()) return;
      call = std::move(waiting_.front());
      waiting_.pop_front();
    }
    call();
  }
}

}  // namespace maru::harness
