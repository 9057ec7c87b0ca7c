// Writer: the only thing that changes the log.
//
// Takes all that is queued, merges published frames into one synced write, and only then says so:
// what is told to anybody is on disk. While it syncs the next group gathers, so groups grow with
// the load by themselves.
//
// After a write whose outcome is unknown (a failed fsync) it refuses everything: nothing written
// since may be assumed durable.
#ifndef MARU_MESH_BROKER_LOG_WRITER_H_
#define MARU_MESH_BROKER_LOG_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/store/backend.h"
#include "mesh/broker/log/append_group.h"
#include "mesh/broker/log/state.h"
#include "mesh/broker/log/worker.h"

namespace maru::broker {

// Of a published frame.
struct FrameSize {
  uint64_t records = 0;
  uint64_t bytes = 0;
};

// Who hears what became of frames. Executor's thread.
class AppendSink {
 public:
  virtual ~AppendSink() = default;
  // In the order of the appends. OK: everything up to `mark` is durable. `frame`: what this is
  // about.
  virtual void OnAppended(absl::StatusOr<uint64_t> mark, const FrameSize& frame) = 0;
};

struct AppendJob {
  AppendRequest request;
  std::weak_ptr<AppendSink> sink;
};

// A rare change: of topics or groups. `edit` changes the state it is given and returns the rows to
// write; an error changes nothing. `done` hears the outcome on the executor's thread.
struct EditJob {
  using Edit = absl::AnyInvocable<absl::StatusOr<std::vector<maru::store::Change>>(LogState& next)>;
  Edit edit;
  absl::AnyInvocable<void(absl::Status)> done;
};

// What a group has changed, for the executor's thread.
struct Committed {
  struct Appended {
    std::weak_ptr<AppendSink> sink;
    absl::StatusOr<uint64_t> mark;
    FrameSize frame;
  };
  struct Edited {
    absl::AnyInvocable<void(absl::Status)> done;
    absl::Status status;
  };
  // Durable: all of it after an edit, else only the topics that have changed.
  std::optional<LogState> state;
  std::vector<Topic> topics;
  std::vector<StoredFrame> frames;
  std::vector<Appended> appended;
  std::vector<Edited> edited;
  // Not OK: the log has failed for good, and this is why.
  absl::Status failure;
};

class Writer {
 public:
  // `publish` is called on the worker for each group, in order. All outlive the writer; the worker
  // has stopped before the writer is destroyed.
  Writer(LogState state, maru::store::Backend& backend, const Clock& clock, Worker& worker,
         size_t max_group_bytes, std::function<void(Committed)> publish);

  // Any thread.
  void Append(AppendJob job) { Enqueue(std::move(job)); }
  void Edit(EditJob job) { Enqueue(std::move(job)); }

 private:
  using Job = std::variant<AppendJob, EditJob>;
  // Frames that wait for the end of a group.
  struct Waiting {
    std::weak_ptr<AppendSink> sink;
    std::string topic;
    absl::Status status;
    FrameSize frame;
  };

  void Enqueue(Job job);
  // Worker's thread.
  void Drain();
  void Process(std::vector<Job> jobs);
  void TakeAppend(AppendJob job);
  void CommitGroup();
  void RunEdit(EditJob job);
  absl::Status Write(const std::vector<maru::store::Change>& changes);
  // What everybody is told once the log has failed.
  absl::Status Refusal() const;

  maru::store::Backend& backend_;
  const Clock& clock_;
  Worker& worker_;
  const size_t max_group_bytes_;
  const std::function<void(Committed)> publish_;

  Mutex mutex_;
  std::vector<Job> queue_ ABSL_GUARDED_BY(mutex_);
  bool scheduled_ ABSL_GUARDED_BY(mutex_) = false;

  // The worker's.
  LogState state_;
  BegunChecksums begun_;
  std::optional<AppendGroup> group_;
  std::vector<Waiting> waiting_;
  absl::Status failure_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_WRITER_H_
