// OneShot<T>: carries one value from a callback to a coroutine.
//
// The sending half may outlive the receiving one: when the awaiting frame is destroyed, a later
// Send is dropped. When every Sender is gone without a Send, the receiver is resumed with nullopt.
// Executor's thread only; another thread sends by posting the Sender to the executor.
#ifndef MARU_COMMON_ASYNC_ONE_SHOT_H_
#define MARU_COMMON_ASYNC_ONE_SHOT_H_

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

namespace maru::async {

template <class T>
class OneShot {
  struct State {
    std::optional<T> value;
    std::coroutine_handle<> waiter;
    bool closed = false;

    void Close() {
      closed = true;
      if (waiter) std::exchange(waiter, {}).resume();
    }
  };

 public:
  class Sender {
   public:
    Sender() = default;
    explicit Sender(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Sender(Sender&&) noexcept = default;
    Sender& operator=(Sender&&) noexcept = default;
    ~Sender() {
      if (auto state = std::move(state_)) state->Close();
    }
    // Resumes the receiver on the caller's stack: call it as the last thing in a callback. At most
    // once.
    void Send(T value) {
      auto state = std::move(state_);
      state->value.emplace(std::move(value));
      state->Close();
    }
    // Whether nobody waits any more.
    bool Abandoned() const { return state_.use_count() == 1; }

   private:
    std::shared_ptr<State> state_;
  };

  // co_await receiver: std::optional<T>.
  class [[nodiscard]] Receiver {
   public:
    explicit Receiver(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Receiver(Receiver&&) noexcept = default;
    Receiver& operator=(Receiver&&) = delete;
    ~Receiver() {
      if (state_ != nullptr) state_->waiter = {};
    }
    bool await_ready() const noexcept { return state_->closed; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { state_->waiter = waiter; }
    std::optional<T> await_resume() { return std::move(state_->value); }

   private:
    std::shared_ptr<State> state_;
  };

  static std::pair<Sender, Receiver> Make() {
    auto state = std::make_shared<State>();
    Sender sender(state);
    return {std::move(sender), Receiver(std::move(state))};
  }
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_ONE_SHOT_H_
