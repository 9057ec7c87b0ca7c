#include "common/events/subscriber.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/events/partition.h"

namespace maru::events {

namespace {

std::string LabelOf(const SubscriptionId& id) {
  return id.generation == 0 ? id.name : absl::StrCat(id.name, "@", id.generation);
}

// The broker refuses this subscription as such: joining again soon is of no use.
bool IsRefusal(const absl::Status& why) {
  return absl::IsPermissionDenied(why) || absl::IsFailedPrecondition(why);
}

}  // namespace

Subscriber::Subscriber(Environment environment, SubscriberOptions options, Routes routes,
                       Applied& applied)
    : env_(environment),
      options_(std::move(options)),
      routes_(std::make_shared<const Routes>(std::move(routes))),
      parking_(options_.id, routes_, options_.retry),
      applier_(*routes_, parking_),
      applied_(&applied),
      label_(LabelOf(options_.id)),
      metrics_(env_.registry, label_, routes_->topics()),
      rejoin_(options_.initial_rejoin, options_.max_rejoin, env_.random),
      changed_(env_.executor) {}

Subscriber::~Subscriber() {
  scope_.CancelAll();  // before the workers that its frames wait for
}

void Subscriber::Start() { scope_.Spawn(Run()); }

async::Task<void> Subscriber::Run() {
  while (true) {
    const absl::Status why = co_await RunSession();
    workers_.clear();
    ends_.clear();
    changed_.NotifyAll();  // Pause may have waited for one of them
    subscription_.reset();
    UpdateGauges();
    const bool refused = IsRefusal(why);
    metrics_.stopped.Set(refused ? 1 : 0);
    if (refused) {
      env_.journal.Error(label_, "the broker refuses the subscription", why);
    } else {
      env_.journal.Warn(label_, "joining the group again", why);
    }
    SetState(refused ? SubscriberState::kRefused : SubscriberState::kJoining, why);
    co_await env_.executor.Sleep(refused ? options_.refused_rejoin : rejoin_.Next());
  }
}

async::Task<absl::Status> Subscriber::RunSession() {
  SubscriptionOptions join;
  join.group = options_.id.Group(options_.deployment);
  join.member = options_.member;
  join.store_id = env_.store.store_id();
  join.topics = routes_->topics();
  join.max_records = options_.max_records;
  join.max_bytes = options_.max_bytes;
  ended_.reset();
  subscription_ = env_.bus.Subscribe(std::move(join));
  async::Scope session;
  session.Spawn(Listen());
  while (!ended_.has_value()) co_await changed_.Wait();
  co_return *ended_;
}

void Subscriber::EndSession(absl::Status why) {
  if (ended_.has_value()) return;
  ended_ = std::move(why);
  changed_.NotifyAll();
}

async::Task<void> Subscriber::Listen() {
  while (!ended_.has_value()) {
    absl::StatusOr<Delivery> next = co_await subscription_->Next();
    if (!next.ok()) {
      EndSession(next.status());
    } else if (auto* batch = std::get_if<Batch>(&*next)) {
      OnBatch(std::move(*batch));
    } else if (auto* assigned = std::get_if<Assigned>(&*next)) {
      co_await OnAssigned(std::move(*assigned));
    } else if (auto* revoked = std::get_if<Revoked>(&*next)) {
      co_await OnRevoked(std::move(*revoked));
    } else if (auto* gap = std::get_if<Gap>(&*next)) {
      OnGap(std::move(*gap));
    } else if (auto* disconnected = std::get_if<Disconnected>(&*next)) {
      co_await OnDisconnected(std::move(*disconnected));
    }
  }
}

async::Task<absl::StatusOr<std::vector<ConsumedPosition>>> Subscriber::Claim(
    const Assigned& assigned) {
  Backoff backoff(options_.limits.initial_pause, options_.limits.max_pause, env_.random);
  while (true) {
    std::vector<ConsumedPosition> positions;
    const auto claim = [this, &assigned, &positions](maru::store::Txn& txn) -> absl::Status {
      positions.assign(assigned.partitions.size(), {});
      for (size_t i = 0; i < positions.size(); ++i) {
        const TopicPartition partition{assigned.partitions[i].topic,
                                       assigned.partitions[i].partition};
        RETURN_IF_ERROR(applier_.Claim(txn, partition, assigned.generation, positions[i]));
      }
      return absl::OkStatus();
    };
    const absl::Status status = co_await env_.store.Apply(claim);
    if (status.ok()) co_return positions;
    metrics_.pauses.Increment();
    env_.journal.Warn(label_, "the store does not take the assignment", status);
    SetState(SubscriberState::kPaused, status);
    co_await env_.executor.Sleep(backoff.Next());
  }
}

async::Task<void> Subscriber::OnAssigned(Assigned assigned) {
  std::vector<TopicPartition> partitions;
  for (const auto& part : assigned.partitions) partitions.push_back({part.topic, part.partition});
  co_await StopWorkers(partitions);  // of a former assignment
  absl::StatusOr<std::vector<ConsumedPosition>> claimed = co_await Claim(assigned);
  if (!claimed.ok()) {
    EndSession(claimed.status());
    co_return;
  }
  std::vector<PartitionStart> starts;
  for (size_t i = 0; i < partitions.size(); ++i) {
    const Assigned::Partition& part = assigned.partitions[i];
    ConsumedPosition& position = (*claimed)[i];
    PartitionStart start{part.topic, part.partition, StartFrom::kEarliest, {}, false};
    if (position.log_id().empty()) {
      position.set_log_id(part.log_id);
    } else {
      start.from = StartFrom::kPosition;
      start.position = {position.log_id(), position.offset()};
    }
    starts.push_back(std::move(start));
    // A commit whose answer was lost with the former session counts as well.
    applied_->Advance(partitions[i], position.applied_sequence());
    ends_[partitions[i]] = part.end;
    const PartitionWorker::Parts parts{env_.executor, env_.random, env_.store,
                                       applier_,      parking_,    *this};
    auto worker = std::make_unique<PartitionWorker>(parts, options_.limits, partitions[i],
                                                    std::move(position), part.end);
    worker->Hold(paused_);
    worker->Start();
    workers_[partitions[i]] = std::move(worker);
  }
  subscription_->Start(assigned.generation, std::move(starts));
  rejoin_.Reset();
  SetState(SubscriberState::kRunning, absl::OkStatus());
  UpdateGauges();
}

async::Task<void> Subscriber::OnRevoked(Revoked revoked) {
  std::vector<TopicPartition> partitions;
  for (const auto& [topic, partition] : revoked.partitions)
    partitions.push_back({topic, partition});
  co_await StopWorkers(std::move(partitions));
  subscription_->Released(revoked.generation);
  UpdateGauges();
}

async::Task<void> Subscriber::OnDisconnected(Disconnected disconnected) {
  env_.journal.Warn(label_, "the stream from the broker broke", disconnected.why);
  SetState(SubscriberState::kJoining, disconnected.why);
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, worker] : workers_) partitions.push_back(partition);
  co_await StopWorkers(std::move(partitions));
  UpdateGauges();
}

async::Task<void> Subscriber::StopWorkers(std::vector<TopicPartition> partitions) {
  for (const TopicPartition& partition : partitions) {
    PartitionWorker* worker = Find(partition);
    if (worker == nullptr) continue;
    co_await worker->Stop();
    workers_.erase(partition);
    ends_.erase(partition);
  }
  changed_.NotifyAll();  // Pause may have waited for one of them
}

PartitionWorker* Subscriber::Find(const TopicPartition& partition) const {
  const auto found = workers_.find(partition);
  return found == workers_.end() ? nullptr : found->second.get();
}

void Subscriber::OnBatch(Batch batch) {
  // No worker: sent before the broker knew that the partition was released.
  PartitionWorker* worker = Find({batch.topic, batch.partition});
  if (worker == nullptr) return;
  const absl::Status status = worker->Enqueue(std::move(batch));
  if (!status.ok()) EndSession(status);
}

void Subscriber::OnGap(Gap gap) {
  PartitionWorker* worker = Find({gap.topic, gap.partition});
  if (worker == nullptr) return;
  env_.journal.Error(
      label_,
      absl::StrCat("the log of ", gap.topic, "/", gap.partition, " cannot go on from offset ",
                   worker->position().offset(), "; an operator has to accept the gap"),
      absl::DataLossError(gap.reason));
  worker->StandStill(std::move(gap));
  UpdateGauges();
}

void Subscriber::OnApplied(PartitionWorker& worker, const ApplyOutcome& outcome, uint64_t records,
                           uint64_t bytes) {
  metrics_.applied.Increment(static_cast<double>(outcome.applied));
  metrics_.unknown.Increment(static_cast<double>(outcome.unknown));
  metrics_.repeated.Increment(static_cast<double>(outcome.repeated));
  metrics_.failed.Increment(static_cast<double>(outcome.failed));
  metrics_.queued.Increment(static_cast<double>(outcome.queued));
  metrics_.dead.Increment(static_cast<double>(outcome.died));
  metrics_.commit_size.Observe(static_cast<double>(records));
  const TopicPartition& partition = worker.partition();
  applied_->Advance(partition, outcome.position.applied_sequence());
  subscription_->Done(partition.topic, partition.partition, outcome.position.offset(), records,
                      bytes);
  if (outcome.failed > 0) {
    env_.journal.Warn(label_,
                      absl::StrCat("parked ", outcome.failed, " events of ", partition.topic),
                      outcome.failure);
  }
  UpdateGauges();
}

void Subscriber::OnRetried(PartitionWorker& worker, const RetryOutcome& outcome) {
  metrics_.applied.Increment(static_cast<double>(outcome.applied));
  metrics_.failed.Increment(static_cast<double>(outcome.failed));
  metrics_.dead.Increment(static_cast<double>(outcome.died));
  if (outcome.died > 0) {
    env_.journal.Error(label_,
                       absl::StrCat(outcome.died, " events of ", worker.partition().topic,
                                    " failed too often; they and their keys wait for an operator"),
                       outcome.failure);
  }
  UpdateGauges();
}

void Subscriber::OnIdle(PartitionWorker& worker) {
  static_cast<void>(worker);
  changed_.NotifyAll();
}

void Subscriber::OnPause(PartitionWorker& worker, const absl::Status& why) {
  if (why.ok()) {
    SetState(SubscriberState::kRunning, why);
    return;
  }
  metrics_.pauses.Increment();
  if (state_ != SubscriberState::kPaused) {
    env_.journal.Warn(
        label_, absl::StrCat("the store refuses commits for ", worker.partition().topic), why);
  }
  SetState(SubscriberState::kPaused, why);
}

void Subscriber::OnStale(PartitionWorker& worker, const absl::Status& why) {
  static_cast<void>(worker);
  EndSession(why);
}

async::Task<void> Subscriber::Pause() {
  paused_ = true;
  for (const auto& [partition, worker] : workers_) worker->Hold(true);
  const auto all_idle = [this] {
    return std::all_of(workers_.begin(), workers_.end(),
                       [](const auto& entry) { return entry.second->is_idle(); });
  };
  while (!all_idle()) co_await changed_.Wait();
}

void Subscriber::Resume() {
  paused_ = false;
  for (const auto& [partition, worker] : workers_) worker->Hold(false);
}

async::Task<absl::Status> Subscriber::AcceptGap(TopicPartition partition) {
  PartitionWorker* worker = Find(partition);
  if (worker == nullptr)
    co_return absl::FailedPreconditionError("the partition is not consumed here");
  CO_ASSIGN_OR_RETURN(PartitionStart start, co_await worker->AcceptGap());
  worker = Find(partition);  // the answer may have come after the worker's end
  if (worker == nullptr)
    co_return absl::UnavailableError("the partition was assigned anew meanwhile");
  const uint64_t assignment = worker->position().assignment();
  std::vector<PartitionStart> starts;
  starts.push_back(std::move(start));
  subscription_->Start(assignment, std::move(starts));
  UpdateGauges();
  co_return absl::OkStatus();
}

void Subscriber::ParkedChanged(const TopicPartition& partition) {
  if (PartitionWorker* worker = Find(partition)) worker->RetryNow();
}

SubscriberReport Subscriber::Report() const {
  SubscriberReport report;
  report.state = state_;
  report.error = error_;
  for (const auto& [partition, worker] : workers_) {
    report.partitions.push_back(
        {partition, worker->position(), worker->lag(),
         worker->gap().has_value() ? worker->gap()->reason : std::string()});
  }
  return report;
}

bool Subscriber::reached_ends_of(const Subscriber& other) const {
  return std::all_of(other.workers_.begin(), other.workers_.end(), [this](const auto& entry) {
    const PartitionWorker* worker = Find(entry.first);
    return worker != nullptr && worker->position().offset() >= ends_.at(entry.first);
  });
}

uint64_t Subscriber::lag() const {
  uint64_t lag = 0;
  for (const auto& [partition, worker] : workers_) lag += worker->lag();
  return lag;
}

uint64_t Subscriber::parked() const {
  uint64_t parked = 0;
  for (const auto& [partition, worker] : workers_) parked += worker->position().parked();
  return parked;
}

void Subscriber::UpdateGauges() {
  uint64_t gaps = 0;
  absl::btree_map<std::string, uint64_t> lag;
  for (const auto& [partition, worker] : workers_) {
    gaps += worker->gap().has_value() ? 1 : 0;
    lag[partition.topic] += worker->lag();
  }
  metrics_.parked.Set(static_cast<double>(parked()));
  metrics_.gaps.Set(static_cast<double>(gaps));
  for (const auto& [topic, gauge] : metrics_.lag) gauge->Set(static_cast<double>(lag[topic]));
}

void Subscriber::SetState(SubscriberState state, absl::Status error) {
  state_ = state;
  error_ = std::move(error);
}

}  // namespace maru::events
