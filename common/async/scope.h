// Scope: owns running root coroutines. Destroying it destroys every unfinished frame at whatever
// await it stands.
#ifndef MARU_COMMON_ASYNC_SCOPE_H_
#define MARU_COMMON_ASYNC_SCOPE_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include "common/async/task.h"

namespace maru::async {

// Executor's thread only. A task may spawn into its own scope; it must not destroy it.
class Scope {
 public:
  Scope() = default;
  ~Scope() { CancelAll(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // Starts `task` at once, on the caller's stack, until its first suspension.
  void Spawn(Task<void> task);

  // Destroys every unfinished frame, newest first, also those that destructors spawn meanwhile.
  // Does not resume a waiter of Drained: whoever cancels knows.
  void CancelAll();

  // Frames that are not finished.
  size_t size() const { return size_; }

  // Suspends until no frame is left. One waiter at a time; awaiting it from a task of the same
  // scope never ends.
  auto Drained() {
    struct Awaiter {
      Scope& scope;
      bool await_ready() const noexcept { return scope.size_ == 0; }
      void await_suspend(std::coroutine_handle<> waiter) noexcept { scope.drained_ = waiter; }
      void await_resume() const noexcept {}
      ~Awaiter() { scope.drained_ = {}; }
    };
    return Awaiter{*this};
  }

 private:
  struct Root {
    struct promise_type;
    std::coroutine_handle<promise_type> handle;
  };
  static Root Run(Task<void> task);
  void Link(Root::promise_type& root);
  void Unlink(Root::promise_type& root);

  Root::promise_type* newest_ = nullptr;
  size_t size_ = 0;
  std::coroutine_handle<> drained_;
};

// The root frame: intrusive list node, destroys itself when its task is finished.
struct Scope::Root::promise_type {
  Scope* scope = nullptr;
  promise_type* older = nullptr;
  promise_type* newer = nullptr;

  Root get_return_object() noexcept {
    return {std::coroutine_handle<promise_type>::from_promise(*this)};
  }
  std::suspend_always initial_suspend() noexcept { return {}; }
  auto final_suspend() noexcept {
    struct Finish {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        Scope& owner = *self.promise().scope;
        owner.Unlink(self.promise());
        self.destroy();
        if (owner.size_ == 0 && owner.drained_) return std::exchange(owner.drained_, {});
        return std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    return Finish{};
  }
  void return_void() noexcept {}
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
};

inline Scope::Root Scope::Run(Task<void> task) { co_await std::move(task); }

inline void Scope::Spawn(Task<void> task) {
  const auto handle = Run(std::move(task)).handle;
  Link(handle.promise());
  handle.resume();
}

inline void Scope::CancelAll() {
  while (newest_ != nullptr) {
    Root::promise_type& root = *newest_;
    Unlink(root);
    std::coroutine_handle<Root::promise_type>::from_promise(root).destroy();
  }
}

inline void Scope::Link(Root::promise_type& root) {
  root.scope = this;
  root.older = newest_;
  if (newest_ != nullptr) newest_->newer = &root;
  newest_ = &root;
  ++size_;
}

inline void Scope::Unlink(Root::promise_type& root) {
  if (root.older != nullptr) root.older->newer = root.newer;
  if (root.newer != nullptr) root.newer->older = root.older;
  if (newest_ == &root) newest_ = root.older;
  --size_;
}

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_SCOPE_H_
