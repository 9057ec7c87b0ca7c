// Log: topics of ordered, durable records on one Backend, with producers' marks and groups' stores.
// Free of gRPC.
//
// Everything that it says is on disk: appends are acked and shown to readers after the synced write
// that holds them. Records, marks and checksums are one write.
//
// Executor's thread only. A thread each (Worker) writes and reads. Everybody who uses a log is
// destroyed before it.
#ifndef MARU_MESH_BROKER_LOG_LOG_H_
#define MARU_MESH_BROKER_LOG_LOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/executor.h"
#include "common/async/one_shot.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/store/backend.h"
#include "maru/options/v1/reasons.maru.h"
#include "mesh/broker/log/append_group.h"
#include "mesh/broker/log/reader.h"
#include "mesh/broker/log/state.h"
#include "mesh/broker/log/tail_cache.h"
#include "mesh/broker/log/worker.h"
#include "mesh/broker/log/writer.h"

namespace maru::broker {

// Hears of changes of a topic; see Log::Watch. Must not call the log back: take note and return.
class TopicWatcher {
 public:
  virtual ~TopicWatcher() = default;
  // Records were appended, or the topic was created, deleted, or truncated. `topic` is what is
  // durable now.
  virtual void OnTopicChanged(const Topic& topic) = 0;
};

class Log {
 public:
  struct Options {
    // Newest frames in memory.
    size_t tail_cache_bytes = 4 << 20;
    // A group is written when it has this much.
    size_t max_group_bytes = 8 << 20;
  };
  // Where writing and reading run. Each is destroyed with the log.
  struct Workers {
    std::unique_ptr<Worker> writer;
    std::unique_ptr<Worker> reader;
  };

  // Opens the log on `backend`; begins a new one on an empty backend. Counts the start durably.
  // Blocks. Errors as of LoadState and Backend::Write. `executor` and `random` outlive the log.
  static absl::StatusOr<std::unique_ptr<Log>> Open(Options options,
                                                   std::unique_ptr<maru::store::Backend> backend,
                                                   async::Executor& executor, Random& random,
                                                   Workers workers);
  ~Log();

  // --- Topics ---

  // nullptr when there is no such topic (now).
  const Topic* Find(std::string_view name) const;
  // By name; those for which !exists() are deleted.
  const std::map<std::string, Topic, std::less<>>& topics() const { return state_.topics; }
  // For publishing: creates the topic if need be and fences lower epochs.
  // FAILED_PRECONDITION/FENCED.
  async::Task<absl::StatusOr<Topic>> OpenTopic(std::string name, uint64_t epoch);
  // ALREADY_EXISTS/TOPIC_EXISTS.
  async::Task<absl::StatusOr<Topic>> CreateTopic(std::string name, Retention retention);
  // NOT_FOUND/NOT_FOUND.
  async::Task<absl::StatusOr<Topic>> SetRetention(std::string name, Retention retention);
  // NOT_FOUND/NOT_FOUND, FAILED_PRECONDITION/LOG_REPLACED. The owner's mark stays.
  async::Task<absl::Status> DeleteTopic(std::string name, std::string log_id);

  // --- Records ---

  // Appends a frame; `sink` hears of it, in order. Refusals as of BrokerService.Publish.
  void Append(AppendRequest request, std::weak_ptr<AppendSink> sink);
  // Bytes of frames that were handed over and not yet answered.
  uint64_t appending_bytes() const { return appending_bytes_; }
  // Reads [offset, end) of a partition, as much as the limits say; offset < end <= what is durable.
  // UNAVAILABLE: the disk cannot be read.
  async::Task<absl::StatusOr<ReadResult>> Read(ReadRequest request);
  // Removes what retention allows and what is left of deleted topics, in bounded steps. To be
  // called every now and then.
  async::Task<absl::Status> Clean();

  // `watcher` hears of the topic, also of one that does not exist yet. Unwatch before it is
  // destroyed.
  void Watch(const std::string& topic, TopicWatcher& watcher);
  void Unwatch(const std::string& topic, TopicWatcher& watcher);

  // --- Groups ---

  // By name.
  const std::map<std::string, GroupBinding, std::less<>>& groups() const { return state_.groups; }
  // Binds the group to the store unless it is bound; returns the store that it is bound to.
  async::Task<absl::StatusOr<std::string>> BindGroup(std::string name, std::string store_id);
  // Forgets the store. NOT_FOUND/NOT_FOUND.
  async::Task<absl::Status> UnbindGroup(std::string name);

  // Starts of this log, from 1.
  uint32_t incarnation() const { return state_.format.incarnation(); }
  // Not OK once a write has failed for good: everything is refused, the process should end.
  // Notified then.
  const absl::Status& failure() const { return failure_; }
  async::Signal& failed() { return failed_; }

 private:
  Log(Options options, std::unique_ptr<maru::store::Backend> backend, LogState state,
      async::Executor& executor, Random& random, Workers workers);

  using Edit = EditJob::Edit;
  async::Task<absl::Status> Change(Edit edit);
  // Runs `read` on the reader's thread with a fresh snapshot.
  template <class T>
  async::Task<absl::StatusOr<T>> OnReader(
      absl::AnyInvocable<absl::StatusOr<T>(const maru::store::Snapshot&)> read);
  async::Task<absl::StatusOr<bool>> CleanPartition(std::string name, uint32_t partition);
  async::Task<absl::StatusOr<bool>> CleanDeletedLog(uint32_t log);
  std::string NewLogId();
  // On the executor's thread.
  void Apply(Committed committed);
  void Notify(const Topic& topic);

  async::Executor& executor_;
  Random& random_;
  const std::unique_ptr<maru::store::Backend> backend_;
  LogState state_;
  TailCache tail_cache_;
  uint64_t appending_bytes_ = 0;
  absl::Status failure_;
  async::Signal failed_;
  absl::flat_hash_map<std::string, std::vector<TopicWatcher*>> watchers_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();
  Workers workers_;
  Writer writer_;
};

template <class T>
async::Task<absl::StatusOr<T>> Log::OnReader(
    absl::AnyInvocable<absl::StatusOr<T>(const maru::store::Snapshot&)> read) {
  auto [sender, receiver] = async::OneShot<absl::StatusOr<T>>::Make();
  workers_.reader->Submit([this, read = std::move(read), reply = std::move(sender)]() mutable {
    const auto snapshot = backend_->Snap();
    absl::StatusOr<T> value = read(*snapshot);
    executor_.Post(
        [to = std::move(reply), value = std::move(value)]() mutable { to.Send(std::move(value)); });
  });
  std::optional<absl::StatusOr<T>> result = co_await receiver;
  if (!result.has_value()) co_return options::v1::errors::NotServing();
  co_return *std::move(result);
}

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_LOG_H_
