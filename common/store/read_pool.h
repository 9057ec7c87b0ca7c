// ReadPool: the threads on which reads wait for the disk, so that the executor never does.
#ifndef MARU_COMMON_STORE_READ_POOL_H_
#define MARU_COMMON_STORE_READ_POOL_H_

#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/store/posting.h"
#include "common/store/snapshot_reader.h"
#include "common/store/work_queue.h"

namespace maru::store {

// A read on its way through the pool. Lives in the frame that awaits it.
class PooledRead : public Work {
 public:
  // On a thread that may wait.
  virtual void Execute() = 0;

 protected:
  ~PooledRead() = default;
};

// `Fn(Reader&)` -> absl::StatusOr<R> or absl::Status.
template <class Fn>
class TypedRead final : public PooledRead {
 public:
  using Result = std::invoke_result_t<Fn&, Reader&>;

  TypedRead(std::shared_ptr<const Snapshot> snapshot, ReadTier tier, Fn& fn)
      : reader_(std::move(snapshot), tier), fn_(fn) {}
  void Execute() override { result_.emplace(fn_(reader_)); }
  Result TakeResult() { return *std::move(result_); }

 private:
  SnapshotReader reader_;
  Fn& fn_;
  std::optional<Result> result_;
};

class ReadPool {
 public:
  // Without threads, each read is a step on the executor. `executor` outlives the pool.
  ReadPool(int threads, async::Executor& executor);
  // Finishes the reads that are running. Nobody may be awaiting one.
  ~ReadPool();

  // co_await pool.Run(read). Executor's thread.
  WorkQueue::Awaiter Run(PooledRead& read);
  size_t waiting() const { return queue_.waiting(); }

 private:
  void RunThread();
  // Runs the next read, if one waits.
  void RunOne();

  WorkQueue queue_;
  Posting posting_;
  std::vector<std::thread> threads_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_READ_POOL_H_
