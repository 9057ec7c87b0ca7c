#include "common/events/applier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/events/handle.h"

namespace maru::events {

absl::Status Applier::Claim(maru::store::Txn& txn, const TopicPartition& partition,
                            uint64_t assignment, ConsumedPosition& position) const {
  ASSIGN_OR_RETURN(position, ReadPosition(txn, parking_.id(), partition));
  // Also when the stored one is higher: a broker that lost its groups counts from the start again.
  // Two members that both believe to be the owner take it from each other until the broker's word
  // reaches the stale one; no event takes effect twice meanwhile, because the offset is compared
  // too.
  position.set_assignment(assignment);
  WritePosition(txn, parking_.id(), partition, position);
  return absl::OkStatus();
}

absl::StatusOr<ConsumedPosition> Applier::Compare(maru::store::Reader& reader,
                                                  const TopicPartition& partition,
                                                  const ConsumedPosition& expected) const {
  ASSIGN_OR_RETURN(ConsumedPosition position, ReadPosition(reader, parking_.id(), partition));
  // What was never read takes the log's id with its first records.
  const bool same_log = position.log_id() == expected.log_id() || position.log_id().empty();
  if (!same_log || position.offset() != expected.offset() ||
      position.assignment() != expected.assignment()) {
    return absl::AbortedError(absl::StrCat(partition.topic, "/", partition.partition,
                                           " is consumed by another member of the group"));
  }
  position.set_log_id(expected.log_id());
  return position;
}

absl::Status Applier::ApplyOne(maru::store::Txn& txn, const TopicPartition& partition,
                               const Record& record, bool fails, const Moment& moment,
                               ConsumedPosition& position, ApplyOutcome& outcome) const {
  if (record.sequence <= position.applied_sequence()) {
    ++outcome.repeated;
    return absl::OkStatus();
  }
  position.set_applied_sequence(record.sequence);
  const ParkedId id{partition, record.key, record.sequence};
  if (position.parked() > 0) {
    ASSIGN_OR_RETURN(const bool blocked, parking_.IsBlocked(txn, partition, record.key));
    if (blocked) {
      parking_.Queue(txn, id, record.value, position);
      ++outcome.queued;
      return absl::OkStatus();
    }
  }
  const EventRecord event{partition.topic, record.key, record.sequence, record.value};
  const absl::StatusOr<Handled> handled = Handle(txn, routes_, event, fails);
  if (handled.ok()) {
    ++(*handled == Handled::kApplied ? outcome.applied : outcome.unknown);
    return absl::OkStatus();
  }
  if (IsInfrastructure(handled.status())) return handled.status();
  ++outcome.failed;
  outcome.failure = handled.status();
  const absl::Duration delay =
      parking_.Park(txn, id, record.value, handled.status(), moment, position);
  outcome.retry_in = std::min(outcome.retry_in, delay);
  if (delay == absl::InfiniteDuration()) ++outcome.died;
  return absl::OkStatus();
}

absl::Status Applier::Apply(maru::store::Txn& txn, const TopicPartition& partition,
                            const ConsumedPosition& stored, const ConsumedPosition& reached,
                            std::span<const LogRecord> records, bool save, const Moment& moment,
                            ApplyOutcome& outcome) const {
  outcome = {};
  ASSIGN_OR_RETURN(ConsumedPosition position, Compare(txn, partition, stored));
  position.set_offset(reached.offset());
  position.set_applied_sequence(reached.applied_sequence());
  for (const LogRecord& record : records) {
    const bool fails = moment.fails && &record == &records.front();
    RETURN_IF_ERROR(ApplyOne(txn, partition, record.record, fails, moment, position, outcome));
    // Never back: records that the log repeated lie before the position.
    position.set_offset(std::max(position.offset(), record.offset + 1));
  }
  outcome.saved = save || outcome.applied + outcome.failed + outcome.queued > 0;
  if (outcome.saved) WritePosition(txn, parking_.id(), partition, position);
  outcome.position = std::move(position);
  return absl::OkStatus();
}

absl::Status Applier::Reposition(maru::store::Txn& txn, const TopicPartition& partition,
                                 const ConsumedPosition& expected, const Position& to,
                                 ConsumedPosition& position) const {
  ASSIGN_OR_RETURN(position, Compare(txn, partition, expected));
  position.set_log_id(to.log_id);
  position.set_offset(to.offset);
  WritePosition(txn, parking_.id(), partition, position);
  return absl::OkStatus();
}

}  // namespace maru::events
