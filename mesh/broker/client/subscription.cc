#include "mesh/broker/client/subscription.h"

#include <algorithm>
#include <utility>

#include "common/base/crc32c.h"
#include "common/base/status.h"
#include "maru/broker/v1/broker.maru.h"
#include "mesh/broker/log/record_set.h"
#include "mesh/broker/protocol/durations.h"

namespace maru::broker {
namespace {

v1::PartitionStart ToProto(const events::PartitionStart& start) {
  v1::PartitionStart proto;
  proto.set_topic(start.topic);
  proto.set_partition(start.partition);
  proto.set_accept_gap(start.accept_gap);
  switch (start.from) {
    case events::StartFrom::kEarliest:
      proto.mutable_earliest();
      break;
    case events::StartFrom::kEnd:
      proto.mutable_end();
      break;
    case events::StartFrom::kPosition:
      proto.mutable_position()->set_log_id(start.position.log_id);
      proto.mutable_position()->set_offset(start.position.offset);
  }
  return proto;
}

events::Assigned FromProto(const v1::Assigned& proto) {
  events::Assigned assigned;
  assigned.generation = proto.generation();
  for (const v1::AssignedPartition& partition : proto.partitions()) {
    assigned.partitions.push_back({partition.topic(), partition.partition(), partition.log_id(),
                                   partition.earliest(), partition.end()});
  }
  return assigned;
}

// "LOG_REPLACED"
std::string ReasonOf(v1::GapReason reason) {
  constexpr std::string_view kPrefix = "GAP_REASON_";
  const std::string& name = v1::GapReason_Name(reason);
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

absl::StatusOr<std::vector<events::Record>> DecodeRecords(const v1::Frame& frame) {
  if (Crc32c(frame.records()) != frame.crc32c())
    return absl::DataLossError("a batch was damaged on its way");
  std::vector<events::Record> records;
  records.reserve(frame.count());
  RecordSetReader reader(frame.records());
  while (reader.Next()) {
    const RecordView& record = reader.record();
    records.push_back({record.sequence, std::string(record.key), std::string(record.value)});
  }
  if (!reader.ok() || records.size() != frame.count())
    return absl::DataLossError("a batch cannot be decoded");
  return records;
}

}  // namespace

BrokerSubscription::BrokerSubscription(const ClientEnvironment& env,
                                       events::SubscriptionOptions options)
    : env_(env),
      options_(std::move(options)),
      backoff_(env.options.min_backoff, env.options.max_backoff, env.random),
      delivered_(env.executor) {
  scope_.Spawn(Run());
}

async::Task<absl::StatusOr<events::Delivery>> BrokerSubscription::Next() {
  while (deliveries_.empty()) {
    if (!refused_.ok()) co_return refused_;
    co_await delivered_.Wait();
  }
  events::Delivery delivery = std::move(deliveries_.front());
  deliveries_.pop_front();
  co_return delivery;
}

void BrokerSubscription::Deliver(events::Delivery delivery) {
  deliveries_.push_back(std::move(delivery));
  delivered_.NotifyAll();
}

// --- The connection
// ---------------------------------------------------------------------------------------------------

async::Task<void> BrokerSubscription::Run() {
  while (true) {
    connection_ =
        std::make_unique<Connection>(env_, v1::BrokerServiceMethods::kSubscribe.full_name);
    Connection& connection = *connection_;
    connection.scope().Spawn(connection.WatchSilence());
    connection.scope().Spawn(Read(connection));
    connection.scope().Spawn(Write(connection));
    while (connection.broken().ok()) co_await connection.changed().Wait();
    const absl::Status why = connection.broken();
    ForgetConnection();
    if (IsFinal(why)) {
      refused_ = why;
      delivered_.NotifyAll();
      co_return;
    }
    Deliver(events::Disconnected{why});
    co_await env_.executor.Sleep(backoff_.Next());
  }
}

// What was delivered is not this member's any more: it comes again after the next assignment.
void BrokerSubscription::ForgetConnection() {
  connection_.reset();
  deliveries_.clear();
  outbox_.clear();
  progress_.clear();
  outstanding_.clear();
  revoked_.clear();
  delivered_records_ = delivered_bytes_ = done_records_ = done_bytes_ = told_records_ =
      told_bytes_ = 0;
  report_due_ = Instant::InfiniteFuture();
  draining_ = leaving_ = false;
}

async::Task<void> BrokerSubscription::Read(Connection& connection) {
  while (true) {
    absl::StatusOr<std::optional<std::string>> message = co_await connection.stream().Read();
    connection.Heard();
    if (!message.ok()) co_return connection.Break(std::move(message).status());
    if (!message->has_value())
      co_return connection.Break(absl::UnavailableError("the broker has ended the stream"));
    v1::SubscribeResponse response;
    if (!response.ParseFromString(**message)) {
      co_return connection.Break(
          absl::UnavailableError("a message of the broker cannot be decoded"));
    }
    absl::Status status = Take(response, connection);
    if (!status.ok()) co_return connection.Break(absl::UnavailableError(status.message()));
  }
}

absl::Status BrokerSubscription::Take(v1::SubscribeResponse& response, Connection& connection) {
  switch (response.message_case()) {
    case v1::SubscribeResponse::kJoined:
      backoff_.Reset();
      connection.set_heartbeat_interval(broker::FromProto(response.joined().heartbeat_interval()));
      return absl::OkStatus();
    case v1::SubscribeResponse::kAssigned:
      Deliver(FromProto(response.assigned()));
      return absl::OkStatus();
    case v1::SubscribeResponse::kRevoke:
      TakeRevoke(response.revoke());
      return absl::OkStatus();
    case v1::SubscribeResponse::kBatches:
      for (v1::Batch& batch : *response.mutable_batches()->mutable_batches()) {
        RETURN_IF_ERROR(TakeBatch(batch));
      }
      return absl::OkStatus();
    case v1::SubscribeResponse::kGap: {
      const v1::Gap& gap = response.gap();
      Deliver(events::Gap{gap.topic(), gap.partition(), gap.log_id(), gap.earliest(), gap.end(),
                          ReasonOf(gap.reason())});
      return absl::OkStatus();
    }
    case v1::SubscribeResponse::kDrain:
      draining_ = true;
      connection.changed().NotifyAll();
      return absl::OkStatus();
    default:
      return absl::OkStatus();  // a heartbeat, or what a newer broker says
  }
}

absl::Status BrokerSubscription::TakeBatch(v1::Batch& batch) {
  ASSIGN_OR_RETURN(std::vector<events::Record> records, DecodeRecords(batch.frame()));
  const Outstanding outstanding{batch.base_offset(), records.size(),
                                batch.frame().records().size()};
  delivered_records_ += outstanding.records;
  delivered_bytes_ += outstanding.bytes;
  outstanding_[{batch.topic(), batch.partition()}].push_back(outstanding);
  Deliver(events::Batch{batch.topic(), batch.partition(), batch.log_id(), batch.base_offset(),
                        std::move(records), batch.end_offset()});
  return absl::OkStatus();
}

void BrokerSubscription::TakeRevoke(const v1::Revoke& revoke) {
  events::Revoked revoked;
  revoked.generation = revoke.generation();
  for (const v1::TopicPartition& partition : revoke.partitions()) {
    revoked.partitions.emplace_back(partition.topic(), partition.partition());
  }
  revoked_[revoked.generation] = revoked.partitions;
  Deliver(std::move(revoked));
}

// --- Reporting
// --------------------------------------------------------------------------------------------------------

void BrokerSubscription::Start(uint64_t generation, std::vector<events::PartitionStart> starts) {
  if (connection_ == nullptr) return;
  v1::Start& start = *outbox_.emplace_back().mutable_start();
  start.set_generation(generation);
  for (const events::PartitionStart& partition : starts)
    *start.add_partitions() = ToProto(partition);
  connection_->changed().NotifyAll();
}

// Credit is counted here and not taken from `records` and `bytes`: the broker counts encoded bytes,
// and a batch of an earlier connection has no credit in this one.
void BrokerSubscription::Done(const std::string& topic, uint32_t partition, uint64_t next_offset,
                              uint64_t, uint64_t) {
  if (connection_ == nullptr) return;
  const Place place(topic, partition);
  progress_[place] = next_offset;
  GiveBack(place, next_offset);
}

void BrokerSubscription::GiveBack(const Place& place, uint64_t next_offset) {
  const auto found = outstanding_.find(place);
  if (found != outstanding_.end()) {
    std::deque<Outstanding>& batches = found->second;
    while (!batches.empty() && batches.front().next_offset < next_offset) {
      Outstanding& batch = batches.front();
      const uint64_t records = std::min(batch.records, next_offset - batch.next_offset);
      const uint64_t bytes = batch.bytes * records / batch.records;
      done_records_ += records;
      done_bytes_ += bytes;
      batch.next_offset += records;
      batch.records -= records;
      batch.bytes -= bytes;
      if (batch.records > 0) break;
      batches.pop_front();
    }
    if (batches.empty()) outstanding_.erase(found);
  }
  // The broker must not run dry while the report waits.
  const bool low = done_records_ - told_records_ > options_.max_records / 4 ||
                   done_bytes_ - told_bytes_ > options_.max_bytes / 4;
  ReportSoon(low ? env_.executor.Now() : env_.executor.Now() + env_.options.report_delay);
}

void BrokerSubscription::ReportSoon(Instant when) {
  if (when < report_due_) report_due_ = when;
  connection_->changed().NotifyAll();
}

void BrokerSubscription::Released(uint64_t generation) {
  if (connection_ == nullptr) return;
  // What was delivered of them will never be done here.
  if (const auto places = revoked_.extract(generation)) {
    for (const Place& place : places.mapped()) GiveBack(place, UINT64_MAX);
  }
  Report();
  outbox_.emplace_back().mutable_released()->set_generation(generation);
  connection_->changed().NotifyAll();
}

void BrokerSubscription::Report() {
  report_due_ = Instant::InfiniteFuture();
  if (!progress_.empty()) {
    v1::Progress& progress = *outbox_.emplace_back().mutable_progress();
    for (const auto& [place, next_offset] : progress_) {
      v1::PartitionProgress& partition = *progress.add_partitions();
      partition.set_topic(place.first);
      partition.set_partition(place.second);
      partition.set_next_offset(next_offset);
    }
    progress_.clear();
  }
  if (done_records_ != told_records_ || done_bytes_ != told_bytes_) {
    told_records_ = done_records_;
    told_bytes_ = done_bytes_;
    v1::Credit& credit = *outbox_.emplace_back().mutable_credit();
    credit.set_records(done_records_ + options_.max_records);
    credit.set_bytes(done_bytes_ + options_.max_bytes);
  }
}

async::Task<void> BrokerSubscription::Write(Connection& connection) {
  v1::SubscribeRequest request;
  v1::Join& join = *request.mutable_join();
  join.set_group(options_.group);
  join.set_member(options_.member);
  join.set_store_id(options_.store_id);
  for (const std::string& topic : options_.topics) join.add_topics(topic);
  join.mutable_credit()->set_records(options_.max_records);
  join.mutable_credit()->set_bytes(options_.max_bytes);
  while (true) {
    std::string message = request.SerializeAsString();
    if (!(co_await connection.stream().Write(std::move(message))).ok()) co_return;  // Read says why
    const Instant heartbeat = env_.executor.Now() + connection.heartbeat_interval();
    request.Clear();
    while (outbox_.empty()) {
      if (report_due_ <= env_.executor.Now()) {
        Report();
        continue;
      }
      // A stopping broker sends no more: once all is applied there is nothing to stay for.
      if (draining_ && !leaving_ && done_records_ == delivered_records_) {
        leaving_ = true;
        Report();
        outbox_.emplace_back().mutable_leave();
        continue;
      }
      const Instant until =
          std::min(heartbeat, report_due_, [](Instant a, Instant b) { return a < b; });
      if (!co_await connection.changed().WaitUntil(until) && until == heartbeat) {
        outbox_.emplace_back().mutable_heartbeat();
      }
    }
    request = std::move(outbox_.front());
    outbox_.pop_front();
  }
}

}  // namespace maru::broker
