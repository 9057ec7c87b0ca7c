// How far each subscription has consumed each partition, as the store keeps it (kPositionTable).
//
// Key: (subscription, generation, topic, partition); value: maru.events.store.v1.ConsumedPosition.
#ifndef MARU_COMMON_EVENTS_POSITIONS_H_
#define MARU_COMMON_EVENTS_POSITIONS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/events/handlers.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "common/store/txn.h"
#include "maru/events/store/v1/events_store.pb.h"

namespace maru::events {

using ConsumedPosition = events::store::v1::ConsumedPosition;

// Names what a subscription keeps in the store.
struct SubscriptionId {
  // "policies" or "view".
  std::string name;
  // Of a view; 0 for policies.
  Generation generation = 0;

  // Group at the broker: "datecourse-viewpage/view@2", "datecourse-message/policies".
  std::string Group(std::string_view deployment) const;
  friend auto operator<=>(const SubscriptionId&, const SubscriptionId&) = default;
};

// A partition of a topic.
struct TopicPartition {
  std::string topic;
  uint32_t partition = 0;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// (subscription, generation, topic, partition)
inline constexpr maru::store::Table<ConsumedPosition, std::string, uint32_t, std::string, uint32_t>
    kPositions(maru::store::kPositionTable, "consumed positions");

// An empty position where there is none. DATA_LOSS: the record is damaged; or the error of the
// read.
absl::StatusOr<ConsumedPosition> ReadPosition(maru::store::Reader& reader, const SubscriptionId& id,
                                              const TopicPartition& partition);
void WritePosition(maru::store::ViewTxn& txn, const SubscriptionId& id,
                   const TopicPartition& partition, const ConsumedPosition& position);

struct PositionRow {
  TopicPartition partition;
  ConsumedPosition position;
};
// All of a subscription, in order. Errors as of ReadPosition.
absl::StatusOr<std::vector<PositionRow>> ScanPositions(maru::store::Reader& reader,
                                                       const SubscriptionId& id);

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_POSITIONS_H_
