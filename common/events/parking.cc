#include "common/events/parking.h"

#include <tuple>
#include <utility>

#include "common/async/rare.h"
#include "common/base/strings.h"
#include "common/base/timestamp.h"
#include "common/events/backoff.h"
#include "common/events/handle.h"

namespace maru::events {

namespace {

using maru::store::Reader;
using maru::store::Txn;

// Of one transaction: commands wait behind it.
constexpr size_t kKeysPerRetry = 32;
constexpr size_t kEventsPerRetry = 256;
constexpr size_t kErrorMessageBytes = 1024;

// Uniform in [0, 1), another for each event: a transaction draws no random numbers of its own.
double UniformOf(uint64_t jitter, uint64_t sequence) {
  uint64_t mixed = (jitter ^ sequence) * 0x9e3779b97f4a7c15u;
  mixed ^= mixed >> 32;
  return static_cast<double>((mixed * 0x9e3779b97f4a7c15u) >> 11) * 0x1.0p-53;
}

// Cut between characters, so that it stays UTF-8.
std::string Shortened(std::string_view text) {
  if (text.size() <= kErrorMessageBytes) return std::string(text);
  size_t size = kErrorMessageBytes;
  while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xc0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

int64_t DueMicros(const ParkedRecord& record) {
  return absl::ToUnixMicros(FromTimestamp(record.retry_time()));
}

absl::Status NotParked() { return absl::NotFoundError("the event is not parked"); }

}  // namespace

Moment Moment::Of(async::Executor& executor, Random& random) {
  return {executor.WallNow(), random.Next(), executor.Rarely(async::Rare::kFailingEvent)};
}

absl::StatusOr<std::vector<ParkedId>> Parking::ScanDue(Reader& reader,
                                                       const TopicPartition& partition,
                                                       absl::Time now, absl::Time& next) const {
  ASSIGN_OR_RETURN(auto retries,
                   kRetries.Scan(reader, {.limit = kKeysPerRetry}, id_.name, id_.generation,
                                 partition.topic, partition.partition));
  std::vector<ParkedId> due;
  for (auto& [name, generation, topic, number, micros, key, sequence] : retries) {
    ParkedId id{partition, std::move(key), sequence};
    const absl::Time when = absl::FromUnixMicros(micros);
    if (when > now) {
      ASSIGN_OR_RETURN(const std::optional<ParkedRecord> record, Find(reader, id));
      const uint32_t attempts = record.has_value() ? record->attempts() : 0;
      // Later than the delay can be: the calendar was put back. Waiting for it to come round again
      // would stall the key.
      if (when - now <= LongestDelay(policy_.initial_delay, policy_.max_delay, attempts)) {
        next = std::min(next, when);
        continue;
      }
    }
    due.push_back(std::move(id));
  }
  return due;
}

absl::StatusOr<bool> Parking::IsBlocked(Reader& reader, const TopicPartition& partition,
                                        std::string_view key) const {
  bool blocked = false;
  const auto note = [&blocked](const auto&, const ParkedRecord&) {
    blocked = true;
    return false;
  };
  RETURN_IF_ERROR(kParkedEvents.ForEach(reader, {}, note, id_.name, id_.generation, partition.topic,
                                        partition.partition, key));
  return blocked;
}

void Parking::Unindex(Txn& txn, const ParkedRow& row) const {
  if (!row.record.has_retry_time()) return;
  kRetries.Delete(txn, id_.name, id_.generation, row.id.partition.topic, row.id.partition.partition,
                  DueMicros(row.record), row.id.key, row.id.sequence);
}

void Parking::PutRow(Txn& txn, const ParkedRow& row) const {
  const auto& [topic, number] = row.id.partition;
  kParkedEvents.Put(txn, id_.name, id_.generation, topic, number, row.id.key, row.id.sequence,
                    row.record);
  if (!row.record.has_retry_time()) return;
  kRetries.Put(txn, id_.name, id_.generation, topic, number, DueMicros(row.record), row.id.key,
               row.id.sequence);
}

void Parking::DeleteRow(Txn& txn, const ParkedRow& row) const {
  Unindex(txn, row);
  kParkedEvents.Delete(txn, id_.name, id_.generation, row.id.partition.topic,
                       row.id.partition.partition, row.id.key, row.id.sequence);
}

absl::StatusOr<std::optional<ParkedRow>> Parking::FirstOfKey(Reader& reader,
                                                             const TopicPartition& partition,
                                                             std::string_view key,
                                                             std::string after) const {
  std::optional<ParkedRow> first;
  const auto keep = [&](const auto& tuple, ParkedRecord& record) {
    first = {{partition, std::string(key), std::get<5>(tuple)}, std::move(record)};
    return false;
  };
  RETURN_IF_ERROR(kParkedEvents.ForEach(reader, {.after = std::move(after)}, keep, id_.name,
                                        id_.generation, partition.topic, partition.partition, key));
  return first;
}

void Parking::MakeDue(Txn& txn, ParkedRow row, const Moment& moment) const {
  Unindex(txn, row);
  row.record.set_state(events::store::v1::PARKED_STATE_RETRYING);
  *row.record.mutable_retry_time() = ToTimestamp(moment.now);
  PutRow(txn, row);
}

absl::Duration Parking::NoteFailure(Txn& txn, ParkedRow& row, const absl::Status& failure,
                                    const Moment& moment) const {
  Unindex(txn, row);
  ParkedRecord& record = row.record;
  record.set_attempts(record.attempts() + 1);
  record.set_error_code(static_cast<int>(failure.code()));
  record.set_error_message(Shortened(ToStd(failure.message())));
  *record.mutable_attempt_time() = ToTimestamp(txn.Now());
  absl::Duration delay = absl::InfiniteDuration();
  if (record.attempts() >= policy_.attempts) {
    record.set_state(events::store::v1::PARKED_STATE_DEAD);
    record.clear_retry_time();
  } else {
    delay = JitteredDelay(policy_.initial_delay, policy_.max_delay, record.attempts(),
                          UniformOf(moment.jitter, row.id.sequence));
    record.set_state(events::store::v1::PARKED_STATE_RETRYING);
    *record.mutable_retry_time() = ToTimestamp(moment.now + delay);
  }
  PutRow(txn, row);
  return delay;
}

absl::Duration Parking::Park(Txn& txn, const ParkedId& id, std::string_view value,
                             const absl::Status& failure, const Moment& moment,
                             ConsumedPosition& position) const {
  ParkedRow row{id, {}};
  row.record.set_value(std::string(value));
  *row.record.mutable_park_time() = ToTimestamp(txn.Now());
  position.set_parked(position.parked() + 1);
  return NoteFailure(txn, row, failure, moment);
}

void Parking::Queue(Txn& txn, const ParkedId& id, std::string_view value,
                    ConsumedPosition& position) const {
  ParkedRow row{id, {}};
  row.record.set_state(events::store::v1::PARKED_STATE_QUEUED);
  row.record.set_value(std::string(value));
  *row.record.mutable_park_time() = ToTimestamp(txn.Now());
  PutRow(txn, row);
  position.set_parked(position.parked() + 1);
}

absl::Status Parking::DrainKey(Txn& txn, const TopicPartition& partition, std::string_view key,
                               const Moment& moment, size_t& budget, ConsumedPosition& position,
                               RetryOutcome& outcome) const {
  // One row at a time: values may be large. Behind the last one: the deleted need no second look.
  for (std::string after;;) {
    ASSIGN_OR_RETURN(std::optional<ParkedRow> row, FirstOfKey(txn, partition, key, after));
    if (!row.has_value()) return absl::OkStatus();
    if (budget == 0) {
      MakeDue(txn, *std::move(row), moment);
      return absl::OkStatus();
    }
    --budget;
    const EventRecord event{partition.topic, key, row->id.sequence, row->record.value()};
    const bool fails = moment.fails && after.empty();
    const absl::StatusOr<Handled> handled = Handle(txn, *routes_, event, fails);
    if (!handled.ok()) {
      if (IsInfrastructure(handled.status())) return handled.status();
      ++outcome.failed;
      outcome.failure = handled.status();
      const absl::Duration delay = NoteFailure(txn, *row, handled.status(), moment);
      if (delay == absl::InfiniteDuration()) ++outcome.died;
      return absl::OkStatus();
    }
    DeleteRow(txn, *row);
    position.set_parked(position.parked() - 1);
    ++outcome.applied;
    after = kParkedEvents.KeyOf(id_.name, id_.generation, partition.topic, partition.partition, key,
                                row->id.sequence);
  }
}

absl::Status Parking::Conclude(Txn& txn, const TopicPartition& partition, const Moment& moment,
                               const ConsumedPosition& position, RetryOutcome& outcome) const {
  if (outcome.applied > 0) WritePosition(txn, id_, partition, position);
  outcome.parked = position.parked();
  absl::Time next = absl::InfiniteFuture();
  ASSIGN_OR_RETURN(const std::vector<ParkedId> due, ScanDue(txn, partition, moment.now, next));
  outcome.retry_in = due.empty() ? next - moment.now : absl::ZeroDuration();
  return absl::OkStatus();
}

absl::Status Parking::RetryDue(Txn& txn, const TopicPartition& partition, const Moment& moment,
                               RetryOutcome& outcome) const {
  outcome = {};
  ASSIGN_OR_RETURN(ConsumedPosition position, ReadPosition(txn, id_, partition));
  absl::Time next = absl::InfiniteFuture();
  ASSIGN_OR_RETURN(const std::vector<ParkedId> due, ScanDue(txn, partition, moment.now, next));
  size_t budget = kEventsPerRetry;
  for (const ParkedId& id : due) {
    if (budget == 0) break;
    RETURN_IF_ERROR(DrainKey(txn, partition, id.key, moment, budget, position, outcome));
  }
  return Conclude(txn, partition, moment, position, outcome);
}

absl::Status Parking::Replay(Txn& txn, const ParkedId& id, const Moment& moment,
                             RetryOutcome& outcome) const {
  outcome = {};
  ASSIGN_OR_RETURN(std::optional<ParkedRecord> record, Find(txn, id));
  if (!record.has_value()) return NotParked();
  if (record->state() == events::store::v1::PARKED_STATE_QUEUED) {
    return absl::FailedPreconditionError("the event waits behind another one of its key");
  }
  ASSIGN_OR_RETURN(ConsumedPosition position, ReadPosition(txn, id_, id.partition));
  record->set_attempts(0);
  MakeDue(txn, {id, *std::move(record)}, moment);
  size_t budget = kEventsPerRetry;
  RETURN_IF_ERROR(DrainKey(txn, id.partition, id.key, moment, budget, position, outcome));
  return Conclude(txn, id.partition, moment, position, outcome);
}

absl::Status Parking::Edit(Txn& txn, const ParkedId& id, std::string value, std::string_view editor,
                           const Moment& moment) const {
  ASSIGN_OR_RETURN(std::optional<ParkedRecord> record, Find(txn, id));
  if (!record.has_value()) return NotParked();
  if (record->original_value().empty()) record->set_original_value(record->value());
  record->set_value(std::move(value));
  record->set_edited_by(std::string(editor));
  ParkedRow row{id, *std::move(record)};
  if (row.record.state() == events::store::v1::PARKED_STATE_QUEUED) {
    PutRow(txn, row);
  } else {
    row.record.set_attempts(0);
    MakeDue(txn, std::move(row), moment);
  }
  return absl::OkStatus();
}

absl::Status Parking::Drop(Txn& txn, const ParkedId& id, const Moment& moment) const {
  ASSIGN_OR_RETURN(std::optional<ParkedRecord> record, Find(txn, id));
  if (!record.has_value()) return NotParked();
  ASSIGN_OR_RETURN(ConsumedPosition position, ReadPosition(txn, id_, id.partition));
  const ParkedRow row{id, *std::move(record)};
  DeleteRow(txn, row);
  position.set_parked(position.parked() - 1);
  WritePosition(txn, id_, id.partition, position);
  if (row.record.state() != events::store::v1::PARKED_STATE_QUEUED) {
    ASSIGN_OR_RETURN(std::optional<ParkedRow> next, FirstOfKey(txn, id.partition, id.key, {}));
    if (next.has_value()) MakeDue(txn, *std::move(next), moment);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ParkedRecord>> Parking::Find(Reader& reader,
                                                          const ParkedId& id) const {
  return FindParked(reader, id_, id);
}

absl::StatusOr<std::optional<ParkedRecord>> FindParked(Reader& reader,
                                                       const SubscriptionId& subscription,
                                                       const ParkedId& id) {
  return kParkedEvents.Get(reader, subscription.name, subscription.generation, id.partition.topic,
                           id.partition.partition, id.key, id.sequence);
}

}  // namespace maru::events
