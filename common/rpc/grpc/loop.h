// GrpcLoop: the Executor of a deployment, driven by one gRPC completion queue on one thread.
//
// Servers, channels, timers and posted work of a deployment all run on this thread, so that a call
// goes from the socket to its handler and back without changing threads. It sleeps in the poller
// until something happens: no wake-ups when idle.
#ifndef MARU_COMMON_RPC_GRPC_LOOP_H_
#define MARU_COMMON_RPC_GRPC_LOOP_H_

#include <grpc/grpc.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/async/thread_loop.h"
#include "common/async/timer_queue.h"
#include "common/base/mutex.h"
#include "common/base/os.h"
#include "common/rpc/grpc/core.h"

namespace maru::rpc {

// Methods are the executor's thread's, unless said otherwise.
class GrpcLoop final : public async::Executor {
 public:
  // Starts the thread.
  GrpcLoop();
  // Stops and joins; not on the loop's own thread. Servers and channels must be gone; what gRPC
  // still finishes for them is waited for. Posted callbacks and timers that have not run are
  // destroyed on the thread, without being run.
  ~GrpcLoop() override;

  // Any thread.
  void Post(async::Callback callback) override;
  async::TimerId StartTimer(Instant when, async::Callback callback) override;
  void CancelTimer(async::TimerId id) override;
  // Any thread.
  bool OnThread() const override { return std::this_thread::get_id() == thread_.get_id(); }
  Instant Now() const override { return MonotonicNow(); }
  absl::Time WallNow() const override { return absl::Now(); }

  // Runs `callback` on the thread and waits for its end. Any other thread may call.
  void RunHere(async::Callback callback);

  // Starts `task` on the thread and waits for its result. Any other thread may call.
  template <class T>
  T BlockOn(async::Task<T> task) {
    return async::BlockOn(*this, std::move(task));
  }

  // Where servers and channels of this deployment post their completions; every tag is a
  // Completion.
  grpc_completion_queue* queue() const { return queue_.get(); }

 private:
  // The library, initialised, and its queue. Destroyed empty, after everything that uses it.
  class Queue {
   public:
    Queue();
    ~Queue();
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    grpc_completion_queue* get() const { return queue_; }

   private:
    grpc_completion_queue* queue_;
  };

  // Wakes the poller from another thread.
  class Waker final : public Completion {
   public:
    explicit Waker(grpc_completion_queue* queue);
    ~Waker();
    void Wake();
    void OnComplete(bool) override {}

   private:
    grpc_channel* channel_;
    grpc_call* call_;
  };

  void Run();
  // One event of the queue, waiting for it at most until the next timer.
  void Poll();
  void RunPosted();
  void RunTimers();
  // Lets gRPC finish what it still has in hand, so that every Completion is called.
  void Drain();

  const Queue queue_;
  Waker waker_;
  Mutex mutex_;
  std::vector<async::Callback> posted_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // Whether posted_ has something: spares the thread the lock in most rounds.
  std::atomic<bool> has_posted_ = false;
  // The thread's own.
  std::vector<async::Callback> running_;
  async::TimerQueue timers_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_LOOP_H_
