// ThreadLoop: an Executor with a thread of its own. For tools and tests; servers use the gRPC loop.
#ifndef MARU_COMMON_ASYNC_THREAD_LOOP_H_
#define MARU_COMMON_ASYNC_THREAD_LOOP_H_

#include <memory>
#include <thread>
#include <vector>

#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/async/timer_queue.h"
#include "common/base/mutex.h"

namespace maru::async {

class ThreadLoop final : public Executor {
 public:
  // Starts the thread.
  ThreadLoop();
  // Stops and joins. Posted callbacks and timers that have not run are destroyed on the thread,
  // without being run.
  ~ThreadLoop() override;

  void Post(Callback callback) override;
  TimerId StartTimer(Instant when, Callback callback) override;
  void CancelTimer(TimerId id) override;
  bool OnThread() const override { return std::this_thread::get_id() == thread_.get_id(); }
  Instant Now() const override;
  absl::Time WallNow() const override { return absl::Now(); }

  // Runs `callback` on the thread and waits for its end. Any other thread may call.
  void RunHere(Callback callback);

  // Starts `task` on the thread and waits for its result. Any other thread may call.
  template <class T>
  T BlockOn(Task<T> task);

 private:
  void Run();

  Mutex mutex_;
  CondVar wake_;
  std::vector<Callback> posted_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  TimerQueue timers_;  // the thread's own
  std::thread thread_;
};

// Blocks the calling thread until `task`, run on `executor`, is finished; the executor must be
// running on another thread. For main functions, tools and tests.
template <class T>
T BlockOn(Executor& executor, Task<T> task);

}  // namespace maru::async

#include "common/async/thread_loop_inl.h"

#endif  // MARU_COMMON_ASYNC_THREAD_LOOP_H_
