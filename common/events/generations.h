// Generations of a view: which copy queries read, which one is being built, which are being
// deleted.
//
// A view's tables, positions and parked events carry the generation in their keys (design.md,
// store), so copies do not touch each other. Which one is live is a row of the same store: it
// changes in one transaction, and a query that finds it out on its own snapshot reads one copy
// only.
#ifndef MARU_COMMON_EVENTS_GENERATIONS_H_
#define MARU_COMMON_EVENTS_GENERATIONS_H_

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/events/handlers.h"
#include "common/events/positions.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "common/store/txn.h"
#include "maru/events/store/v1/events_store.pb.h"

namespace maru::events {

using ViewGenerations = events::store::v1::ViewGenerations;

// (subscription)
inline constexpr maru::store::Table<ViewGenerations, std::string> kGenerations(
    maru::store::kGenerationTable, "view generations");

inline SubscriptionId ViewId(Generation generation) { return {"view", generation}; }

// Errors of all functions: the store's; hand them on.

// A store without a row has generation 1 live.
absl::StatusOr<ViewGenerations> ReadGenerations(maru::store::Reader& reader);

// The copy to read: `kSchedules.At(generation)`.
absl::StatusOr<Generation> LiveGeneration(maru::store::Reader& reader);

// Gives a new copy its number. While one is being built: that one.
absl::StatusOr<ViewGenerations> BeginRebuild(maru::store::Txn& txn);

// Whether the copy that is being built reads the same logs as the live one did, so that it only has
// to catch up. Not so while a topic that the live one has read does not exist, or stands at a gap.
absl::StatusOr<bool> MayBecomeLevel(maru::store::Reader& reader);

// Makes the copy that is being built the live one. FAILED_PRECONDITION: it has not applied all that
// the live one has (read-your-writes would go back), or has parked what the live one applied.
absl::Status SwitchGeneration(maru::store::Txn& txn);

// Deletes at most `limit` rows of a retired copy: of `tables` and of its subscription. True: it is
// gone.
absl::StatusOr<bool> DeleteGeneration(maru::store::Txn& txn, Generation generation,
                                      std::span<const uint32_t> tables, size_t limit);

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_GENERATIONS_H_
