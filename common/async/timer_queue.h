// TimerQueue: the timers of an executor, ordered by due time, equal ones by order of start.
#ifndef MARU_COMMON_ASYNC_TIMER_QUEUE_H_
#define MARU_COMMON_ASYNC_TIMER_QUEUE_H_

#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "common/async/executor.h"

namespace maru::async {

// Not thread-safe.
class TimerQueue {
 public:
  TimerId Start(Instant when, Callback callback) {
    const TimerId id = ++last_id_;
    queue_.emplace(std::pair(when, id), std::move(callback));
    when_.emplace(id, when);
    return id;
  }

  void Cancel(TimerId id) {
    const auto found = when_.find(id);
    if (found == when_.end()) return;
    const auto queued = queue_.find(std::pair(found->second, id));
    // Destroyed last: what the callback owns may call back into this queue.
    const Callback dropped = std::move(queued->second);
    queue_.erase(queued);
    when_.erase(found);
  }

  // When the next timer is due; InfiniteFuture when there is none.
  Instant NextDue() const {
    return queue_.empty() ? Instant::InfiniteFuture() : queue_.begin()->first.first;
  }

  // Runs the first timer if it is due; false when none is.
  bool RunOne(Instant now) {
    if (queue_.empty() || queue_.begin()->first.first > now) return false;
    Callback callback = std::move(queue_.begin()->second);
    when_.erase(queue_.begin()->first.second);
    queue_.erase(queue_.begin());
    callback();
    return true;
  }

  // Forgets every timer without running it.
  void Clear() {
    auto dropped = std::exchange(queue_, {});
    when_.clear();
  }

 private:
  absl::btree_map<std::pair<Instant, TimerId>, Callback> queue_;
  absl::flat_hash_map<TimerId, Instant> when_;
  TimerId last_id_ = 0;
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_TIMER_QUEUE_H_
