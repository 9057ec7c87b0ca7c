#include "mesh/broker/log/worker.h"

#include <iterator>
#include <utility>

namespace maru::broker {

ThreadWorker::ThreadWorker() : thread_([this] { Run(); }) {}

ThreadWorker::~ThreadWorker() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  thread_.join();
}

void ThreadWorker::Submit(async::Callback job) {
  bool was_empty;
  {
    MutexLock lock(mutex_);
    was_empty = jobs_.empty();
    jobs_.push_back(std::move(job));
  }
  if (was_empty) wake_.NotifyOne();
}

void ThreadWorker::Run() {
  std::vector<async::Callback> batch;
  while (true) {
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_) wake_.Wait(mutex_);
      if (stopping_) return;  // what is left is destroyed by the owner, on its thread
      batch.swap(jobs_);
    }
    for (size_t i = 0; i < batch.size(); ++i) {
      {
        MutexLock lock(mutex_);
        if (stopping_) {
          // Un-run jobs may own things that belong to the owner's thread.
          std::move(batch.begin() + static_cast<std::ptrdiff_t>(i), batch.end(),
                    std::back_inserter(jobs_));
          return;
        }
      }
      batch[i]();
      batch[i] = nullptr;
    }
    batch.clear();
  }
}

}  // namespace maru::broker
