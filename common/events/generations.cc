#include "common/events/generations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/events/parking.h"

namespace maru::events {

namespace {

using maru::store::KeyRange;

void Write(maru::store::Txn& txn, const ViewGenerations& generations) {
  kGenerations.Put(txn, ViewId(0).name, generations);
}

// What a subscription keeps for itself.
std::vector<KeyRange> SubscriptionRanges(const SubscriptionId& id) {
  return {kPositions.Range(id.name, id.generation), kParkedEvents.Range(id.name, id.generation),
          kRetries.Range(id.name, id.generation)};
}

// Whether the new copy has taken in all that the live one has, and can.
bool IsLevel(const ConsumedPosition& building, const ConsumedPosition& live) {
  // Nothing of the log that there is now: what an earlier one had is nobody's to read.
  if (live.offset() == 0) return true;
  if (building.log_id() == live.log_id()) return building.offset() >= live.offset();
  return building.applied_sequence() >= live.applied_sequence();
}

absl::StatusOr<std::map<TopicPartition, ConsumedPosition>> ReadPositions(
    maru::store::Reader& reader, Generation generation) {
  ASSIGN_OR_RETURN(const std::vector<PositionRow> rows, ScanPositions(reader, ViewId(generation)));
  std::map<TopicPartition, ConsumedPosition> positions;
  for (const PositionRow& row : rows) positions[row.partition] = row.position;
  return positions;
}

// Whether an event is parked in the new copy that has taken effect in the live one.
absl::StatusOr<bool> ParksMore(maru::store::Reader& reader, const SubscriptionId& building,
                               const SubscriptionId& live) {
  bool more = false;
  absl::Status status;
  const auto compare = [&](const auto& key, const ParkedRecord&) {
    const auto& [name, generation, topic, partition, event_key, sequence] = key;
    const auto same = FindParked(reader, live, {{topic, partition}, event_key, sequence});
    status = same.status();
    more = status.ok() && !same->has_value();
    return status.ok() && !more;
  };
  RETURN_IF_ERROR(kParkedEvents.ForEach(reader, {}, compare, building.name, building.generation));
  RETURN_IF_ERROR(status);
  return more;
}

}  // namespace

absl::StatusOr<ViewGenerations> ReadGenerations(maru::store::Reader& reader) {
  ASSIGN_OR_RETURN(std::optional<ViewGenerations> generations,
                   kGenerations.Get(reader, ViewId(0).name));
  if (generations.has_value()) return *std::move(generations);
  ViewGenerations first;
  first.set_live(1);
  return first;
}

absl::StatusOr<Generation> LiveGeneration(maru::store::Reader& reader) {
  ASSIGN_OR_RETURN(const ViewGenerations generations, ReadGenerations(reader));
  return generations.live();
}

absl::StatusOr<ViewGenerations> BeginRebuild(maru::store::Txn& txn) {
  ASSIGN_OR_RETURN(ViewGenerations generations, ReadGenerations(txn));
  if (generations.building() != 0) return generations;
  // Above every copy of which rows may be left. The live one is the newest that was ever completed.
  Generation newest = generations.live();
  for (const Generation retired : generations.retired()) newest = std::max(newest, retired);
  generations.set_building(newest + 1);
  *generations.mutable_build_time() = ToTimestamp(txn.Now());
  Write(txn, generations);
  return generations;
}

absl::StatusOr<bool> MayBecomeLevel(maru::store::Reader& reader) {
  ASSIGN_OR_RETURN(const ViewGenerations generations, ReadGenerations(reader));
  ASSIGN_OR_RETURN(const auto building, ReadPositions(reader, generations.building()));
  ASSIGN_OR_RETURN(const auto live, ReadPositions(reader, generations.live()));
  return std::all_of(live.begin(), live.end(), [&building](const auto& row) {
    const auto& [partition, position] = row;
    const auto found = building.find(partition);
    const ConsumedPosition copied = found == building.end() ? ConsumedPosition() : found->second;
    return copied.log_id() == position.log_id() || IsLevel(copied, position);
  });
}

absl::Status SwitchGeneration(maru::store::Txn& txn) {
  ASSIGN_OR_RETURN(ViewGenerations generations, ReadGenerations(txn));
  MARU_CHECK(generations.building() != 0);
  ASSIGN_OR_RETURN(auto building, ReadPositions(txn, generations.building()));
  ASSIGN_OR_RETURN(const auto live, ReadPositions(txn, generations.live()));
  for (const auto& [partition, position] : live) {
    if (!IsLevel(building[partition], position)) {
      return absl::FailedPreconditionError(
          absl::StrCat("the new copy is behind in ", partition.topic, "/", partition.partition));
    }
  }
  ASSIGN_OR_RETURN(const bool parks_more,
                   ParksMore(txn, ViewId(generations.building()), ViewId(generations.live())));
  if (parks_more) {
    return absl::FailedPreconditionError(
        "the new copy has parked an event that took effect in the live one");
  }
  generations.add_retired(generations.live());
  generations.set_live(generations.building());
  generations.clear_building();
  generations.clear_build_time();
  Write(txn, generations);
  return absl::OkStatus();
}

absl::StatusOr<bool> DeleteGeneration(maru::store::Txn& txn, Generation generation,
                                      std::span<const uint32_t> tables, size_t limit) {
  ASSIGN_OR_RETURN(ViewGenerations generations, ReadGenerations(txn));
  MARU_CHECK(generation != generations.live() && generation != generations.building());
  std::vector<KeyRange> ranges = SubscriptionRanges(ViewId(generation));
  for (const uint32_t table : tables) {
    ranges.push_back(maru::store::GenerationRange(table, generation));
  }
  size_t left = limit;
  for (const KeyRange& range : ranges) {
    ASSIGN_OR_RETURN(const size_t deleted, maru::store::DeleteRows(txn, range, left));
    left -= deleted;
    if (left == 0) return false;
  }
  auto* retired = generations.mutable_retired();
  retired->erase(std::remove(retired->begin(), retired->end(), generation), retired->end());
  Write(txn, generations);
  return true;
}

}  // namespace maru::events
