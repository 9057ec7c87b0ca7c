// Posting: posts callbacks of an object to the executor; those that have not run when it is gone
// are dropped, with all that they hold.
#ifndef MARU_COMMON_STORE_POSTING_H_
#define MARU_COMMON_STORE_POSTING_H_

#include <deque>
#include <memory>
#include <utility>

#include "common/async/executor.h"
#include "common/base/mutex.h"

namespace maru::store {

// Post may be called by any thread; it is destroyed on the executor's thread, or when that has
// ended.
class Posting {
 public:
  explicit Posting(async::Executor& executor) : executor_(executor) {}
  ~Posting() { waiting_->Drop(); }
  Posting(const Posting&) = delete;
  Posting& operator=(const Posting&) = delete;

  template <class Fn>
  void Post(Fn fn) {
    waiting_->Add(std::move(fn));
    executor_.Post([waiting = waiting_] { waiting->RunNext(); });
  }
  async::Executor& executor() const { return executor_; }

 private:
  // The callbacks stay here rather than with the executor: a snapshot that one holds must not
  // outlive the backend.
  class Waiting {
   public:
    void Add(async::Callback callback) {
      MutexLock lock(mutex_);
      callbacks_.push_back(std::move(callback));
    }
    void RunNext() {
      async::Callback callback;
      {
        MutexLock lock(mutex_);
        if (callbacks_.empty()) return;
        callback = std::move(callbacks_.front());
        callbacks_.pop_front();
      }
      callback();
    }
    void Drop() {
      std::deque<async::Callback> dropped;
      MutexLock lock(mutex_);
      dropped.swap(callbacks_);
    }

   private:
    Mutex mutex_;
    std::deque<async::Callback> callbacks_ ABSL_GUARDED_BY(mutex_);
  };

  async::Executor& executor_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_POSTING_H_
