// Callers: threads that wait for answers, so that the tasks of an executor never do.
#ifndef MARU_TESTS_HARNESS_CALLERS_H_
#define MARU_TESTS_HARNESS_CALLERS_H_

#include <deque>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/async/one_shot.h"
#include "common/async/task.h"
#include "common/base/mutex.h"

namespace maru::harness {

class Callers {
 public:
  // `executor` outlives the callers.
  Callers(async::Executor& executor, int count);
  // Waits for all calls, those that wait for a thread too. No task waits for one any more.
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Runs `call` on one of the threads; it must not refer to the frame that awaits it, which may be
  // destroyed meanwhile. Executor's thread only.
  template <class Call>
  async::Task<std::invoke_result_t<Call&>> Wait(Call call) {
    using Result = std::invoke_result_t<Call&>;
    auto ends = async::OneShot<Result>::Make();
    Add([this, call = std::move(call), sender = std::move(ends.first)]() mutable {
      executor_.Post(
          [to = std::move(sender), result = call()]() mutable { to.Send(std::move(result)); });
    });
    std::optional<Result> result = co_await ends.second;
    co_return *std::move(result);
  }

 private:
  void Add(async::Callback call);
  void Run();

  async::Executor& executor_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<async::Callback> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_CALLERS_H_
