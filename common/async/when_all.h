// WhenAll: awaits several tasks at once and returns all results in the order of the tasks.
#ifndef MARU_COMMON_ASYNC_WHEN_ALL_H_
#define MARU_COMMON_ASYNC_WHEN_ALL_H_

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "common/async/scope.h"
#include "common/async/task.h"

namespace maru::async {

namespace internal {

// Lives in the frame of WhenAll: destroying that frame destroys the scope and so every unfinished
// task.
template <class T>
struct Gathering {
  std::vector<std::optional<T>> results;
  Scope scope;

  static Task<void> Keep(Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }
};

}  // namespace internal

// All tasks run to their end, whatever the others return.
template <class T>
Task<std::vector<T>> WhenAll(std::vector<Task<T>> tasks) {
  internal::Gathering<T> gathering;
  gathering.results.resize(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    gathering.scope.Spawn(internal::Gathering<T>::Keep(std::move(tasks[i]), gathering.results[i]));
  }
  co_await gathering.scope.Drained();
  std::vector<T> results;
  results.reserve(tasks.size());
  for (std::optional<T>& result : gathering.results) results.push_back(*std::move(result));
  co_return results;
}

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_WHEN_ALL_H_
