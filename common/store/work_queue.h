// WorkQueue: functions that suspended frames have handed to another thread, and take back when they
// are destroyed.
//
// A Work lives in the frame that awaits it; the queue only links it. So handing over allocates
// nothing, and a frame that is destroyed at any moment unlinks its work: still waiting = it never
// runs; running = the destructor waits for its end; finished = its result is dropped. After that
// nothing refers to the frame any more.
#ifndef MARU_COMMON_STORE_WORK_QUEUE_H_
#define MARU_COMMON_STORE_WORK_QUEUE_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "common/base/mutex.h"

namespace maru::store {

class WorkQueue;

// One function on its way to another thread and back.
class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 protected:
  ~Work() = default;

 private:
  friend class WorkQueue;
  enum class Stage { kIdle, kWaiting, kRunning, kFinished, kReleased };

  // Guarded by the queue's mutex.
  Stage stage_ = Stage::kIdle;
  Work* previous_ = nullptr;
  Work* next_ = nullptr;
  std::coroutine_handle<> waiter_;
  uint64_t release_ = 0;
};

class WorkQueue {
 public:
  WorkQueue() = default;
  // Nobody may be waiting any more.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // --- Executor's thread ---

  // co_await queue.Run(work): queues it and suspends until ResumeReleased has it.
  class [[nodiscard]] Awaiter {
   public:
    Awaiter(WorkQueue& queue, Work& work) : queue_(queue), work_(work) {}
    ~Awaiter() { queue_.TakeBack(work_); }
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { queue_.Push(work_, waiter); }
    void await_resume() const noexcept {}

   private:
    WorkQueue& queue_;
    Work& work_;
  };
  Awaiter Run(Work& work) { return {*this, work}; }

  // Works that no worker has begun.
  size_t waiting() const;
  // Resumes the frames of the works of that Release and of all before, in their order. Not those of
  // a later one: what goes with it may not have reached the executor yet.
  void ResumeReleased(uint64_t release);

  // --- A worker's thread ---

  // Blocks until something waits; its number, or 0 after Stop.
  size_t AwaitWork();
  // Ends `finished` (which may be null) and begins the next; nullptr when none waits.
  Work* Exchange(Work* finished);
  // Ends `finished` alone.
  void Finish(Work& finished);
  // Shows `each` the works that have finished since the last Release and that are still wanted, and
  // makes them ready for ResumeReleased with the number that it returns. `each` must not call the
  // queue.
  uint64_t Release(absl::FunctionRef<void(Work&)> each);

  // Any thread: AwaitWork returns 0 from now on.
  void Stop();

 private:
  struct List {
    Work* first = nullptr;
    Work* last = nullptr;
    size_t size = 0;
    void Append(Work& work);
    void Remove(Work& work);
    Work* PopFirst();
  };

  void Push(Work& work, std::coroutine_handle<> waiter);
  void TakeBack(Work& work);
  void EndRun(Work& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  CondVar arrived_;
  CondVar finished_one_;
  List waiting_ ABSL_GUARDED_BY(mutex_);
  List finished_ ABSL_GUARDED_BY(mutex_);
  List released_ ABSL_GUARDED_BY(mutex_);
  uint64_t releases_ ABSL_GUARDED_BY(mutex_) = 0;
  int idle_workers_ ABSL_GUARDED_BY(mutex_) = 0;
  bool taker_waits_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_WORK_QUEUE_H_
