// CallOperation: one kind of operation of a call (reading, writing), as coroutines see it.
#ifndef MARU_COMMON_RPC_GRPC_CALL_OPERATION_H_
#define MARU_COMMON_RPC_GRPC_CALL_OPERATION_H_

#include <grpc/grpc.h>

#include <coroutine>
#include <optional>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/base/status.h"
#include "common/rpc/grpc/core.h"

namespace maru::rpc {

// A call that lives as long as somebody holds it: its user, and every operation in flight. Loop's
// thread only.
class HeldCall {
 public:
  void Hold() { ++holds_; }
  void Release() {
    if (--holds_ == 0) OnReleased();
  }

 protected:
  ~HeldCall() = default;
  // Nobody uses it and nothing is in flight. May destroy the object.
  virtual void OnReleased() = 0;

 private:
  int holds_ = 0;
};

// Holds a call from a coroutine frame.
class [[nodiscard]] CallHold {
 public:
  explicit CallHold(HeldCall& call) : call_(call) { call_.Hold(); }
  ~CallHold() { call_.Release(); }
  CallHold(const CallHold&) = delete;
  CallHold& operator=(const CallHold&) = delete;

 private:
  HeldCall& call_;
};

// At most one in flight, at most one coroutine waiting. When the waiting frame is destroyed the
// operation goes on without it, and the next one to wait finds its result.
class CallOperation final : public Completion {
 public:
  explicit CallOperation(HeldCall& owner) : owner_(owner) {}

  bool in_flight() const { return in_flight_; }

  void Start(grpc_call* call, Batch& batch) {
    in_flight_ = true;
    owner_.Hold();
    batch.Start(call, *this);
  }

  void OnComplete(bool ok) override {
    in_flight_ = false;
    ok_ = ok;
    if (auto waiter = std::exchange(waiter_, {})) waiter.resume();
    owner_.Release();
  }

  // co_await operation.Wait(): whether the last operation succeeded.
  class [[nodiscard]] Waiter {
   public:
    explicit Waiter(CallOperation& operation) : operation_(operation) {}
    ~Waiter() {
      if (coroutine_ && operation_.waiter_ == coroutine_) operation_.waiter_ = {};
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    bool await_ready() const noexcept { return !operation_.in_flight_; }
    void await_suspend(std::coroutine_handle<> coroutine) noexcept {
      MARU_CHECK(!operation_.waiter_);
      coroutine_ = operation_.waiter_ = coroutine;
    }
    bool await_resume() noexcept {
      coroutine_ = {};
      return operation_.ok_;
    }

   private:
    CallOperation& operation_;
    std::coroutine_handle<> coroutine_;
  };
  Waiter Wait() { return Waiter(*this); }

 private:
  HeldCall& owner_;
  std::coroutine_handle<> waiter_;
  bool in_flight_ = false;
  bool ok_ = true;
};

// Receives the messages of a call one after the other. A Read that is destroyed loses nothing: the
// next one goes on.
class MessageReader {
 public:
  explicit MessageReader(HeldCall& owner) : operation_(owner) {}

  // nullopt at the end of the stream, and when the call is gone.
  async::Task<std::optional<std::string>> Read(grpc_call* call);
  void Reset();

 private:
  CallOperation operation_;
  Message message_;
  bool started_ = false;
  bool ended_ = false;
};

// Sends the messages of a call one after the other.
class MessageWriter {
 public:
  explicit MessageWriter(HeldCall& owner) : operation_(owner) {}

  // Until the transport has taken the message; false when the call is gone. A Write that is
  // destroyed may still send.
  async::Task<bool> Write(grpc_call* call, std::string bytes);
  // Suspends until nothing is on its way. co_await Quiet();
  async::Task<void> Quiet();
  // The client's half: nothing more comes.
  async::Task<bool> Close(grpc_call* call);
  void Reset();

 private:
  CallOperation operation_;
  Message message_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_CALL_OPERATION_H_
