#include "common/store/read_pool.h"

namespace maru::store {

ReadPool::ReadPool(int threads, async::Executor& executor) : posting_(executor) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { RunThread(); });
}

ReadPool::~ReadPool() {
  queue_.Stop();
  for (std::thread& thread : threads_) thread.join();
}

WorkQueue::Awaiter ReadPool::Run(PooledRead& read) {
  if (threads_.empty()) posting_.Post([this] { RunOne(); });
  return queue_.Run(read);
}

void ReadPool::RunThread() {
  while (queue_.AwaitWork() > 0) RunOne();
}

void ReadPool::RunOne() {
  Work* work = queue_.Exchange(nullptr);
  if (work == nullptr) return;  // taken back, or another thread was faster
  static_cast<PooledRead*>(work)->Execute();
  queue_.Finish(*work);
  const uint64_t release = queue_.Release([](Work&) {});
  posting_.Post([this, release] { queue_.ResumeReleased(release); });
}

}  // namespace maru::store
