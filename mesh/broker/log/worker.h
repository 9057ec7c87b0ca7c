// Worker: where the log's own work runs, so that the executor's thread never waits for the disk.
// Production has a thread each for the writer and the reader; tests and simulation run both on the
// executor, under virtual time.
#ifndef MARU_MESH_BROKER_LOG_WORKER_H_
#define MARU_MESH_BROKER_LOG_WORKER_H_

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/base/mutex.h"

namespace maru::broker {

class Worker {
 public:
  // Waits for the end of what is running; what has not begun is destroyed.
  virtual ~Worker() = default;
  // Runs jobs one at a time, in order.
  virtual void Submit(async::Callback job) = 0;
};

class ThreadWorker final : public Worker {
 public:
  ThreadWorker();
  ~ThreadWorker() override;
  void Submit(async::Callback job) override;

 private:
  void Run();

  Mutex mutex_;
  CondVar wake_;
  std::vector<async::Callback> jobs_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// Runs jobs on the executor's thread.
class ExecutorWorker final : public Worker {
 public:
  explicit ExecutorWorker(async::Executor& executor)
      : executor_(executor), alive_(std::make_shared<bool>()) {}
  void Submit(async::Callback job) override {
    executor_.Post([alive = std::weak_ptr<bool>(alive_), job = std::move(job)]() mutable {
      if (!alive.expired()) job();
    });
  }

 private:
  async::Executor& executor_;
  const std::shared_ptr<bool> alive_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_WORKER_H_
