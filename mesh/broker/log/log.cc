#include "mesh/broker/log/log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/async/rare.h"
#include "common/base/status.h"
#include "maru/broker/v1/errors.maru.h"
#include "maru/options/v1/reasons.maru.h"
#include "mesh/broker/log/keys.h"

namespace maru::broker {
namespace {

using Changes = std::vector<maru::store::Change>;

constexpr uint32_t kFormatVersion = 1;

maru::store::Change FormatRowOf(const store::v1::Format& format) {
  return {FormatKey(), format.SerializeAsString()};
}

// A topic that is new, or new again. `changes` gets its rows and the number counter.
void BeginLog(LogState& state, Topic& topic, std::string log_id, absl::Time now, Changes& changes) {
  topic.log = state.format.last_number() + 1;
  if (topic.number == 0) topic.number = topic.log;
  state.format.set_last_number(topic.log);
  topic.log_id = std::move(log_id);
  topic.create_time = now;
  topic.partitions = {};
  changes.push_back(FormatRowOf(state.format));
  changes.push_back(TopicRowOf(topic));
}

Topic* FindExisting(LogState& state, const std::string& name) {
  const auto found = state.topics.find(name);
  return found != state.topics.end() && found->second.exists() ? &found->second : nullptr;
}

absl::Status NoTopic(std::string_view name) { return options::v1::errors::NotFound("topic", name); }

}  // namespace

absl::StatusOr<std::unique_ptr<Log>> Log::Open(Options options,
                                               std::unique_ptr<maru::store::Backend> backend,
                                               async::Executor& executor, Random& random,
                                               Workers workers) {
  ASSIGN_OR_RETURN(LogState state, LoadState(*backend));
  state.format.set_version(kFormatVersion);
  state.format.set_incarnation(state.format.incarnation() + 1);
  RETURN_IF_ERROR(backend->Write({FormatRowOf(state.format)}));
  return std::unique_ptr<Log>(
      new Log(options, std::move(backend), std::move(state), executor, random, std::move(workers)));
}

Log::Log(Options options, std::unique_ptr<maru::store::Backend> backend, LogState state,
         async::Executor& executor, Random& random, Workers workers)
    : executor_(executor),
      random_(random),
      backend_(std::move(backend)),
      state_(std::move(state)),
      tail_cache_(options.tail_cache_bytes),
      failed_(executor),
      workers_(std::move(workers)),
      writer_(state_, *backend_, executor, *workers_.writer, options.max_group_bytes,
              [this, &executor, alive = std::weak_ptr<bool>(alive_)](Committed committed) {
                executor.Post([this, alive, committed = std::move(committed)]() mutable {
                  if (!alive.expired()) Apply(std::move(committed));
                });
              }) {}

Log::~Log() {
  // Before the writer, which their jobs use.
  workers_.writer.reset();
  workers_.reader.reset();
}

const Topic* Log::Find(std::string_view name) const {
  const auto found = state_.topics.find(name);
  return found != state_.topics.end() && found->second.exists() ? &found->second : nullptr;
}

void Log::Append(AppendRequest request, std::weak_ptr<AppendSink> sink) {
  appending_bytes_ += request.frame.records().size();
  writer_.Append({std::move(request), std::move(sink)});
}

void Log::Apply(Committed committed) {
  if (!committed.failure.ok() && failure_.ok()) {
    failure_ = committed.failure;
    failed_.NotifyAll();
  }
  std::vector<std::string> changed;
  if (committed.state.has_value()) {
    // Whatever an edit has changed: edits are rare.
    for (const auto& [name, topic] : committed.state->topics) changed.push_back(name);
    state_ = *std::move(committed.state);
  }
  for (Topic& topic : committed.topics) {
    changed.push_back(topic.name);
    state_.topics.at(topic.name) = std::move(topic);
  }
  for (StoredFrame& frame : committed.frames) tail_cache_.Add(std::move(frame));
  for (Committed::Appended& appended : committed.appended) {
    appending_bytes_ -= appended.frame.bytes;
    if (const auto sink = appended.sink.lock())
      sink->OnAppended(std::move(appended.mark), appended.frame);
  }
  for (const std::string& name : changed) Notify(state_.topics.at(name));
  for (Committed::Edited& edited : committed.edited) edited.done(std::move(edited.status));
}

void Log::Notify(const Topic& topic) {
  const auto found = watchers_.find(topic.name);
  if (found == watchers_.end()) return;
  for (TopicWatcher* watcher : found->second) watcher->OnTopicChanged(topic);
}

void Log::Watch(const std::string& topic, TopicWatcher& watcher) {
  watchers_[topic].push_back(&watcher);
}

void Log::Unwatch(const std::string& topic, TopicWatcher& watcher) {
  const auto found = watchers_.find(topic);
  MARU_CHECK(found != watchers_.end());
  std::erase(found->second, &watcher);
  if (found->second.empty()) watchers_.erase(found);
}

async::Task<absl::Status> Log::Change(Edit edit) {
  auto [sender, receiver] = async::OneShot<absl::Status>::Make();
  writer_.Edit({std::move(edit), [reply = std::move(sender)](absl::Status outcome) mutable {
                  reply.Send(std::move(outcome));
                }});
  std::optional<absl::Status> status = co_await receiver;
  co_return status.value_or(options::v1::errors::NotServing());
}

async::Task<absl::StatusOr<ReadResult>> Log::Read(ReadRequest request) {
  if (executor_.Rarely(async::Rare::kShortRead)) request.max_records = 1;
  if (!request.from_disk && !executor_.Rarely(async::Rare::kReadFromDisk)) {
    if (std::optional<Chunk> chunk = tail_cache_.Read(request))
      co_return ReadResult(*std::move(chunk));
  }
  absl::AnyInvocable<absl::StatusOr<ReadResult>(const maru::store::Snapshot&)> read =
      [request](const maru::store::Snapshot& snapshot) { return ReadFrames(snapshot, request); };
  co_return co_await OnReader<ReadResult>(std::move(read));
}

std::string Log::NewLogId() {
  return absl::StrFormat("%016x%016x", random_.Next(), random_.Next());
}

async::Task<absl::StatusOr<Topic>> Log::OpenTopic(std::string name, uint64_t epoch) {
  Edit edit = [name, epoch, log_id = NewLogId(),
               now = executor_.WallNow()](LogState& next) -> absl::StatusOr<Changes> {
    Changes changes;
    Topic& topic = next.topics[name];
    topic.name = name;
    if (epoch < topic.epoch) {
      return v1::errors::Fenced(name, std::to_string(epoch), std::to_string(topic.epoch));
    }
    const bool fences = epoch > topic.epoch;
    topic.epoch = epoch;
    if (!topic.exists()) {
      BeginLog(next, topic, log_id, now, changes);
      changes.push_back(TopicStateRowOf(topic));
    } else if (fences) {
      changes.push_back(TopicStateRowOf(topic));
    }
    return changes;
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  const Topic* topic = Find(name);
  if (topic == nullptr) co_return NoTopic(name);
  co_return *topic;
}

async::Task<absl::StatusOr<Topic>> Log::CreateTopic(std::string name, Retention retention) {
  Edit edit = [name, retention, log_id = NewLogId(),
               now = executor_.WallNow()](LogState& next) -> absl::StatusOr<Changes> {
    Changes changes;
    Topic& topic = next.topics[name];
    if (topic.exists()) return v1::errors::TopicExists(name);
    topic.name = name;
    topic.retention = retention;
    BeginLog(next, topic, log_id, now, changes);
    changes.push_back(TopicStateRowOf(topic));
    return changes;
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  const Topic* topic = Find(name);
  if (topic == nullptr) co_return NoTopic(name);
  co_return *topic;
}

async::Task<absl::StatusOr<Topic>> Log::SetRetention(std::string name, Retention retention) {
  Edit edit = [name, retention](LogState& next) -> absl::StatusOr<Changes> {
    Topic* topic = FindExisting(next, name);
    if (topic == nullptr) return NoTopic(name);
    topic->retention = retention;
    return Changes{TopicRowOf(*topic)};
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  const Topic* topic = Find(name);
  if (topic == nullptr) co_return NoTopic(name);
  co_return *topic;
}

async::Task<absl::Status> Log::DeleteTopic(std::string name, std::string log_id) {
  Edit edit = [name, log_id](LogState& next) -> absl::StatusOr<Changes> {
    Topic* topic = FindExisting(next, name);
    if (topic == nullptr) return NoTopic(name);
    if (topic->log_id != log_id) return v1::errors::LogReplaced(name, topic->log_id);
    store::v1::DeletedLogRow& row = next.deleted_logs[topic->log];
    row.set_topic(name);
    row.set_log_id(topic->log_id);
    topic->log_id.clear();
    topic->retention = {};
    topic->partitions = {};
    return Changes{TopicRowOf(*topic),
                   TopicStateRowOf(*topic),
                   {DeletedLogKey(topic->log), row.SerializeAsString()}};
  };
  co_return co_await Change(std::move(edit));
}

async::Task<absl::StatusOr<std::string>> Log::BindGroup(std::string name, std::string store_id) {
  if (const auto found = state_.groups.find(name);
      found != state_.groups.end() && !found->second.store_id.empty()) {
    co_return found->second.store_id;
  }
  Edit edit = [name, store_id,
               now = executor_.WallNow()](LogState& next) -> absl::StatusOr<Changes> {
    GroupBinding& group = next.groups[name];
    if (!group.store_id.empty()) return Changes{};
    group.store_id = store_id;
    store::v1::GroupRow row;
    row.set_store_id(store_id);
    row.mutable_bind_time()->set_seconds(absl::ToUnixSeconds(now));
    return Changes{{GroupKey(name), row.SerializeAsString()}};
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  co_return state_.groups.at(name).store_id;
}

async::Task<absl::Status> Log::UnbindGroup(std::string name) {
  Edit edit = [name](LogState& next) -> absl::StatusOr<Changes> {
    if (next.groups.erase(name) == 0) return options::v1::errors::NotFound("group", name);
    return Changes{{GroupKey(name), std::nullopt}};
  };
  co_return co_await Change(std::move(edit));
}

}  // namespace maru::broker
