// Applier: the transaction that makes events of one partition take effect. Effects, parked events
// and the new position are one write.
#ifndef MARU_COMMON_EVENTS_APPLIER_H_
#define MARU_COMMON_EVENTS_APPLIER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/events/bus.h"
#include "common/events/parking.h"
#include "common/events/positions.h"
#include "common/events/routes.h"
#include "common/store/txn.h"

namespace maru::events {

// A record with its place in the log.
struct LogRecord {
  uint64_t offset = 0;
  Record record;
};

// What one transaction did.
struct ApplyOutcome {
  uint64_t applied = 0;
  // Types that this context does not know.
  uint64_t unknown = 0;
  // Sequences that had taken effect before: the log repeated them.
  uint64_t repeated = 0;
  // Failed and parked; queued behind a parked one; of the failed, DEAD at once.
  uint64_t failed = 0;
  uint64_t queued = 0;
  uint64_t died = 0;
  // Of the last that failed.
  absl::Status failure;
  // When the first of the failed is tried again.
  absl::Duration retry_in = absl::InfiniteDuration();
  // Where to read on. Kept in the store only if `saved`.
  ConsumedPosition position;
  bool saved = false;
};

// As Parking: for transactions only.
class Applier {
 public:
  // Both outlive it.
  Applier(const Routes& routes, const Parking& parking) : routes_(routes), parking_(parking) {}

  // Makes a partition this member's: from now on only commits under `assignment` succeed.
  // `position` is where to read on; its log id is empty when nothing was ever read.
  absl::Status Claim(maru::store::Txn& txn, const TopicPartition& partition, uint64_t assignment,
                     ConsumedPosition& position) const;

  // Applies `records` (offsets rising), which follow `reached`. The new position is written with
  // the effects; where there are none, only if `save` says so: a context that hears much of what it
  // does not know would pay a sync for each. `stored` is the position in the store; what lies
  // between it and `reached` had no effect. ABORTED: the position is no longer `stored`, another
  // member has the partition; nothing happened. Infrastructure errors (handle.h): nothing happened,
  // try again.
  absl::Status Apply(maru::store::Txn& txn, const TopicPartition& partition,
                     const ConsumedPosition& stored, const ConsumedPosition& reached,
                     std::span<const LogRecord> records, bool save, const Moment& moment,
                     ApplyOutcome& outcome) const;

  // Moves a position over what the log has lost. ABORTED as of Apply.
  absl::Status Reposition(maru::store::Txn& txn, const TopicPartition& partition,
                          const ConsumedPosition& expected, const Position& to,
                          ConsumedPosition& position) const;

 private:
  // Reads the position and compares it with `expected`.
  absl::StatusOr<ConsumedPosition> Compare(maru::store::Reader& reader,
                                           const TopicPartition& partition,
                                           const ConsumedPosition& expected) const;
  absl::Status ApplyOne(maru::store::Txn& txn, const TopicPartition& partition,
                        const Record& record, bool fails, const Moment& moment,
                        ConsumedPosition& position, ApplyOutcome& outcome) const;

  const Routes& routes_;
  const Parking& parking_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_APPLIER_H_
