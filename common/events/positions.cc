#include "common/events/positions.h"

#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "common/events/rows.h"
#include "common/store/key.h"
#include "common/store/tables.h"

namespace maru::events {

namespace {

std::string PositionKey(const SubscriptionId& id, const TopicPartition& partition) {
  return maru::store::EncodeKey<std::string, uint32_t, std::string, uint32_t>(
      maru::store::kPositionTable, id.name, id.generation, partition.topic, partition.partition);
}

}  // namespace

std::string SubscriptionId::Group(std::string_view deployment) const {
  std::string group(deployment);
  group += '/';
  group += name;
  if (generation != 0) group += "@" + std::to_string(generation);
  return group;
}

absl::StatusOr<ConsumedPosition> ReadPosition(maru::store::Reader& reader, const SubscriptionId& id,
                                              const TopicPartition& partition) {
  ASSIGN_OR_RETURN(std::optional<ConsumedPosition> position,
                   ReadRow<ConsumedPosition>(reader, PositionKey(id, partition)));
  return position.has_value() ? *std::move(position) : ConsumedPosition();
}

void WritePosition(maru::store::ViewTxn& txn, const SubscriptionId& id,
                   const TopicPartition& partition, const ConsumedPosition& position) {
  txn.Put(PositionKey(id, partition), position.SerializeAsString());
}

absl::StatusOr<std::vector<PositionRow>> ScanPositions(maru::store::Reader& reader,
                                                       const SubscriptionId& id) {
  const std::string prefix = maru::store::EncodeKey<std::string, uint32_t>(
      maru::store::kPositionTable, id.name, id.generation);
  std::vector<PositionRow> rows;
  const std::unique_ptr<maru::store::Cursor> cursor =
      reader.Scan(maru::store::PrefixRange(prefix), maru::store::Direction::kForward);
  for (; cursor->Valid(); cursor->Next()) {
    std::tuple<std::string, uint32_t, std::string, uint32_t> key;
    if (!maru::store::DecodeKey(cursor->key(), maru::store::kPositionTable, key)) {
      return DamagedRow(cursor->key());
    }
    ASSIGN_OR_RETURN(ConsumedPosition position,
                     ParseRow<ConsumedPosition>(cursor->key(), cursor->value()));
    rows.push_back({{std::get<2>(key), std::get<3>(key)}, std::move(position)});
  }
  RETURN_IF_ERROR(cursor->status());
  return rows;
}

}  // namespace maru::events
