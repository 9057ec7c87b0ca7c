// Posting: posts callbacks of an object to the executor; those that have not run when it is gone
// are dropped.
#ifndef MARU_COMMON_STORE_POSTING_H_
#define MARU_COMMON_STORE_POSTING_H_

#include <memory>
#include <utility>

#include "common/async/executor.h"

namespace maru::store {

// Post may be called by any thread; it is destroyed on the executor's thread, or when that has
// ended.
class Posting {
 public:
  explicit Posting(async::Executor& executor) : executor_(executor) {}
  Posting(const Posting&) = delete;
  Posting& operator=(const Posting&) = delete;

  template <class Fn>
  void Post(Fn fn) {
    executor_.Post([alive = std::weak_ptr<const bool>(alive_), fn = std::move(fn)]() mutable {
      if (!alive.expired()) fn();
    });
  }
  async::Executor& executor() const { return executor_; }

 private:
  async::Executor& executor_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_POSTING_H_
