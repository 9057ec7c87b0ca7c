#include "common/events/positions.h"

#include <optional>
#include <tuple>
#include <utility>

#include "common/base/status.h"

namespace maru::events {

std::string SubscriptionId::Group(std::string_view deployment) const {
  std::string group(deployment);
  group += '/';
  group += name;
  if (generation != 0) group += "@" + std::to_string(generation);
  return group;
}

absl::StatusOr<ConsumedPosition> ReadPosition(maru::store::Reader& reader, const SubscriptionId& id,
                                              const TopicPartition& partition) {
  ASSIGN_OR_RETURN(
      std::optional<ConsumedPosition> position,
      kPositions.Get(reader, id.name, id.generation, partition.topic, partition.partition));
  return position.has_value() ? *std::move(position) : ConsumedPosition();
}

void WritePosition(maru::store::ViewTxn& txn, const SubscriptionId& id,
                   const TopicPartition& partition, const ConsumedPosition& position) {
  kPositions.Put(txn, id.name, id.generation, partition.topic, partition.partition, position);
}

absl::StatusOr<std::vector<PositionRow>> ScanPositions(maru::store::Reader& reader,
                                                       const SubscriptionId& id) {
  std::vector<PositionRow> rows;
  const auto keep = [&rows](const auto& key, ConsumedPosition& position) {
    rows.push_back({{std::get<2>(key), std::get<3>(key)}, std::move(position)});
    return true;
  };
  RETURN_IF_ERROR(kPositions.ForEach(reader, {}, keep, id.name, id.generation));
  return rows;
}

}  // namespace maru::events
