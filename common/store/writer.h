// Writer: runs transactions one at a time and commits them in groups.
//
// A group is all that waited when it began (at most kMaxGroup commands, about kMaxGroupBytes of
// changes): each command runs against the last durable snapshot + the group's overlay; then
// everything that changed is one synced write, with the clock record; then the new snapshot and all
// results are handed to the executor in one callback.
//
// Why results wait for the group's write even when they changed nothing: they may have read what a
// command before them in the group wrote. A group in which nobody changed anything writes nothing:
// all that it read was durable, because a group begins only when the one before is on disk.
#ifndef MARU_COMMON_STORE_WRITER_H_
#define MARU_COMMON_STORE_WRITER_H_

#include <memory>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "common/async/executor.h"
#include "common/store/backend.h"
#include "common/store/command.h"
#include "common/store/posting.h"
#include "common/store/transaction.h"
#include "common/store/work_queue.h"

namespace maru::store {

// What a group made durable.
struct Durable {
  std::shared_ptr<const Snapshot> snapshot;
  uint64_t last_sequence = 0;
  // Of the write that failed for good; told once.
  absl::Status failure;
};

class Writer {
 public:
  static constexpr size_t kMaxGroup = 512;
  static constexpr size_t kMaxGroupBytes = 4 << 20;

  struct Options {
    absl::Duration idempotency_ttl;
    // Else every group is a step on the executor, and one more hands out its results.
    bool own_thread = true;
  };

  // `publish` is called on the executor's thread after every group, before its results are handed
  // out. `backend` and `executor` outlive the writer.
  Writer(Options options, WriterState state, Backend& backend, async::Executor& executor,
         absl::AnyInvocable<void(Durable)> publish);
  // Finishes the group that is running. Nobody may be awaiting a command.
  ~Writer();

  // --- Executor's thread ---

  // co_await writer.Run(command): until its outcome is durable.
  WorkQueue::Awaiter Run(Command& command);
  size_t waiting() const { return queue_.waiting(); }

 private:
  void RunThread();
  // Without a thread: a group as a step on the executor.
  void PostStep();
  // Runs the next `size` commands as a group.
  void RunGroup(size_t size);
  void Execute(Command& command);
  // Writes what the group has changed.
  Fate Commit();
  // Gives the results and what is durable now to the executor.
  void HandOut(Fate fate);

  const Options options_;
  Backend& backend_;
  absl::AnyInvocable<void(Durable)> publish_;  // the executor's
  WorkQueue queue_;
  bool step_posted_ = false;  // the executor's

  // The writer's own.
  WriterState state_;
  uint64_t durable_sequence_;
  bool failed_ = false;
  // Why it failed, on its way to the executor.
  absl::Status failure_;

  Posting posting_;
  std::thread thread_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_WRITER_H_
