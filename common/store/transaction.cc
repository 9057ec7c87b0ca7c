#include "common/store/transaction.h"

#include <utility>

#include "common/base/timestamp.h"
#include "common/store/checked_cursor.h"
#include "common/store/key.h"
#include "common/store/tables.h"

namespace maru::store {

Transaction::Transaction(WriterState& state, const rpc::CallContext* call, absl::Time now)
    : state_(state), call_(call), now_(now), first_sequence_(state.sequence) {}

absl::StatusOr<std::optional<std::string>> Transaction::Get(std::string_view key) {
  if (const Overlay::Value* changed = state_.overlay.Find(key)) return *changed;
  absl::StatusOr<std::optional<std::string>> value = state_.base->Get(key, ReadTier::kAll);
  read_error_.Update(value.status());
  return value;
}

std::unique_ptr<Cursor> Transaction::Scan(const KeyRange& range, Direction direction) {
  std::unique_ptr<Cursor> base = state_.base->Scan(range, direction, ReadTier::kAll);
  return std::make_unique<CheckedCursor>(
      MergeCursors(state_.overlay, std::move(base), range, direction), read_error_);
}

void Transaction::Put(std::string_view key, std::string value) {
  state_.overlay.Set(key, std::move(value));
}

void Transaction::Delete(std::string_view key) { state_.overlay.Set(key, std::nullopt); }

absl::Status Transaction::Attempt(const std::function<absl::Status()>& fn) {
  const size_t mark = state_.overlay.Mark();
  const uint64_t sequence = state_.sequence;
  const PublishedSequences published = published_;
  std::optional<Cause> cause = cause_;
  absl::Status result = fn();
  if (!result.ok()) {
    state_.overlay.RollBack(mark);
    state_.sequence = sequence;
    published_ = published;
    cause_ = std::move(cause);
  }
  return result;
}

void Transaction::RollBack() {
  state_.overlay.RollBack(0);
  state_.sequence = first_sequence_;
  published_ = {};
}

event::v1::Position Transaction::published() const {
  event::v1::Position position;
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    if (published_[partition] == 0) continue;
    event::v1::PositionEntry& entry = *position.add_entries();
    entry.set_topic(state_.producer.topic);
    entry.set_partition(partition);
    entry.set_sequence(published_[partition]);
  }
  return position;
}

void Transaction::EmitEncoded(std::string_view type, std::string_view key,
                              std::string_view correlation_id, std::string data) {
  if (!cause_.has_value()) cause_ = call_ != nullptr ? Cause::Of(*call_) : Cause();
  event::v1::Event event;
  event.set_id(NewId());
  event.set_type(type.data(), type.size());
  event.set_source(state_.producer.topic);
  *event.mutable_time() = ToTimestamp(now_);
  event.set_key(key.data(), key.size());
  event.set_correlation_id(correlation_id.data(), correlation_id.size());
  event.set_causation_id(cause_->causation_id);
  event.set_traceparent(cause_->traceparent);
  event.set_actor(cause_->actor);
  event.set_request_id(cause_->request_id);
  event.set_producer(state_.producer.deployment);
  event.set_epoch(state_.producer.epoch);
  event.set_sequence(++state_.sequence);
  event.set_data(std::move(data));
  published_[events::PartitionOf(key)] = state_.sequence;
  Put(EncodeKey<uint64_t>(kOutboxTable, state_.sequence), event.SerializeAsString());
}

}  // namespace maru::store
