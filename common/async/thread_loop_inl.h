#ifndef MARU_COMMON_ASYNC_THREAD_LOOP_INL_H_
#define MARU_COMMON_ASYNC_THREAD_LOOP_INL_H_

#include <future>
#include <optional>
#include <utility>

#include "common/async/scope.h"
#include "common/async/thread_loop.h"

namespace maru::async {

namespace internal {

template <class T>
Task<void> Fulfil(Task<T> task, std::promise<T>& promise) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
    promise.set_value();
  } else {
    promise.set_value(co_await std::move(task));
  }
}

}  // namespace internal

template <class T>
T BlockOn(Executor& executor, Task<T> task) {
  std::promise<T> promise;
  std::future<T> future = promise.get_future();
  // The scope is made and destroyed on the executor's thread, where the frames live.
  auto scope = std::make_unique<Scope>();
  executor.Post([&scope, &promise, task = std::move(task)]() mutable {
    scope->Spawn(internal::Fulfil<T>(std::move(task), promise));
  });
  future.wait();
  std::promise<void> swept;
  executor.Post([&scope, &swept] {
    scope.reset();
    swept.set_value();
  });
  swept.get_future().wait();
  return future.get();
}

template <class T>
T ThreadLoop::BlockOn(Task<T> task) {
  return async::BlockOn(*this, std::move(task));
}

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_THREAD_LOOP_INL_H_
