#include "common/rpc/grpc/loop.h"

#include <future>

#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "common/rpc/grpc/core.h"

namespace maru::rpc {

GrpcLoop::Queue::Queue() {
  // Debian builds Abseil with its search for lock cycles on, and gRPC locks an absl::Mutex at every
  // turn: that search is 5 % of a server's CPU. A setting of the process without any other effect;
  // TSan looks for cycles in our own locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc_init();
  queue_ = grpc_completion_queue_create_for_next(nullptr);
}

GrpcLoop::Queue::~Queue() {
  grpc_completion_queue_destroy(queue_);
  grpc_shutdown();
}

// gRPC's C interface has no alarm to be set from outside, but it promises that an empty batch is
// completed immediately and may be started by any thread (grpc.h, grpc_call_start_batch). So the
// waker is a call that goes nowhere.
GrpcLoop::Waker::Waker(grpc_completion_queue* queue)
    : channel_(grpc_lame_client_channel_create("waker", GRPC_STATUS_UNAVAILABLE, "not a target")),
      call_(grpc_channel_create_call(channel_, nullptr, GRPC_PROPAGATE_DEFAULTS, queue,
                                     grpc_slice_from_static_string("/waker"), nullptr,
                                     gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr)) {}

GrpcLoop::Waker::~Waker() {
  grpc_call_unref(call_);
  grpc_channel_destroy(channel_);
}

void GrpcLoop::Waker::Wake() {
  Completion* const tag = this;
  MARU_CHECK(grpc_call_start_batch(call_, nullptr, 0, tag, nullptr) == GRPC_CALL_OK);
}

GrpcLoop::GrpcLoop() : waker_(queue()), thread_([this] { Run(); }) {}

GrpcLoop::~GrpcLoop() {
  MARU_CHECK(!OnThread());
  Post([this] { stopping_ = true; });
  thread_.join();
}

void GrpcLoop::Post(async::Callback callback) {
  MutexLock lock(mutex_);
  if (stopped_) return;
  const bool was_empty = posted_.empty();
  posted_.push_back(std::move(callback));
  has_posted_.store(true, std::memory_order_release);
  // Under the lock: once stopped_ is set the queue takes no operation any more.
  if (was_empty && !OnThread()) waker_.Wake();
}

async::TimerId GrpcLoop::StartTimer(Instant when, async::Callback callback) {
  MARU_CHECK(OnThread());
  return timers_.Start(when, std::move(callback));
}

void GrpcLoop::CancelTimer(async::TimerId id) {
  MARU_CHECK(OnThread());
  timers_.Cancel(id);
}

void GrpcLoop::RunHere(async::Callback callback) {
  MARU_CHECK(!OnThread());
  std::promise<void> done;
  Post([&] {
    callback();
    done.set_value();
  });
  done.get_future().wait();
}

void GrpcLoop::Run() {
  while (true) {
    RunPosted();
    RunTimers();
    if (stopping_) break;
    Poll();
  }
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    running_.swap(posted_);
  }
  running_.clear();
  timers_.Clear();
  Drain();
}

void GrpcLoop::Poll() {
  gpr_timespec until = gpr_time_0(GPR_CLOCK_MONOTONIC);
  // gRPC rounds a deadline up to the next millisecond: a timer that is due already must not be
  // waited for, or each Signal that a timer raises costs one.
  const Instant due = timers_.NextDue();
  if (!has_posted_.load(std::memory_order_acquire) && due > Now()) until = ToTimespec(due);
  const grpc_event event = grpc_completion_queue_next(queue(), until, nullptr);
  if (event.type == GRPC_OP_COMPLETE) {
    static_cast<Completion*>(event.tag)->OnComplete(event.success != 0);
  }
}

void GrpcLoop::RunPosted() {
  if (!has_posted_.load(std::memory_order_acquire)) return;
  {
    MutexLock lock(mutex_);
    running_.swap(posted_);
    has_posted_.store(false, std::memory_order_relaxed);
  }
  for (async::Callback& callback : running_) {
    callback();
    callback = nullptr;
  }
  running_.clear();
}

void GrpcLoop::RunTimers() {
  if (timers_.NextDue() == Instant::InfiniteFuture()) return;
  // Timers that a timer starts for "now" wait for the next round: completions and posted work get
  // their turn.
  const Instant now = Now();
  while (timers_.RunOne(now)) {
  }
}

void GrpcLoop::Drain() {
  grpc_completion_queue_shutdown(queue());
  while (true) {
    const grpc_event event =
        grpc_completion_queue_next(queue(), gpr_inf_future(GPR_CLOCK_MONOTONIC), nullptr);
    if (event.type == GRPC_QUEUE_SHUTDOWN) break;
    static_cast<Completion*>(event.tag)->OnComplete(event.success != 0);
  }
}

}  // namespace maru::rpc
