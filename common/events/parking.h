// Parking: events that could not take effect, and what waits behind them. Everything is durable and
// part of the transaction that moves the position past them.
//
// Invariants, per (topic, partition, key):
//   - The parked event of the lowest sequence is RETRYING or DEAD, all others are QUEUED; so their
//   order is kept.
//   - While one is parked, no later event of the key takes effect.
//   - ConsumedPosition.parked counts the rows of the partition.
#ifndef MARU_COMMON_EVENTS_PARKING_H_
#define MARU_COMMON_EVENTS_PARKING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/base/random.h"
#include "common/events/positions.h"
#include "common/events/routes.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "common/store/txn.h"
#include "maru/events/store/v1/events_store.pb.h"

namespace maru::events {

using ParkedRecord = events::store::v1::ParkedEvent;

// (subscription, generation, topic, partition, key, sequence)
inline constexpr maru::store::Table<ParkedRecord, std::string, uint32_t, std::string, uint32_t,
                                    std::string, uint64_t>
    kParkedEvents(maru::store::kParkedTable, "parked events");
// (subscription, generation, topic, partition, due in µs, key, sequence), of what is RETRYING
inline constexpr maru::store::Index<std::string, uint32_t, std::string, uint32_t, int64_t,
                                    std::string, uint64_t>
    kRetries(maru::store::kRetryTable, "parked events to retry");

struct RetryPolicy {
  // Failed calls of the handler until an event is DEAD.
  uint32_t attempts = 10;
  // Delay after the first failure; doubles up to `max_delay`, with jitter.
  absl::Duration initial_delay = absl::Seconds(1);
  absl::Duration max_delay = absl::Minutes(5);
};

// What a transaction does not ask for itself. The calendar is the machine's: Txn::Now() stands
// still while a clock that was put back catches up, and retries with it.
struct Moment {
  static Moment Of(async::Executor& executor, Random& random);

  absl::Time now;
  // Random bits.
  uint64_t jitter = 0;
  // Rare::kFailingEvent: the first event that is tried fails.
  bool fails = false;
};

// Names a parked event within its subscription.
struct ParkedId {
  TopicPartition partition;
  std::string key;
  uint64_t sequence = 0;
};

struct ParkedRow {
  ParkedId id;
  ParkedRecord record;
};

// Also where the subscription does not run here.
absl::StatusOr<std::optional<ParkedRecord>> FindParked(maru::store::Reader& reader,
                                                       const SubscriptionId& subscription,
                                                       const ParkedId& id);

// What a retry did to a partition.
struct RetryOutcome {
  // Events that took effect or turned out to be of an unknown type.
  uint64_t applied = 0;
  // Attempts that failed; of these, events that are DEAD now.
  uint64_t failed = 0;
  uint64_t died = 0;
  // Of the last that failed.
  absl::Status failure;
  // Rows left in the partition.
  uint64_t parked = 0;
  // When to look again; InfiniteDuration when nothing is RETRYING, ZeroDuration when there is more
  // to do now.
  absl::Duration retry_in = absl::InfiniteDuration();
};

// Runs inside transactions only (its functions take the Txn), on any thread. Constant after
// construction; a copy may outlive its subscriber. Errors of all functions: DATA_LOSS for a damaged
// row, or the store's own: hand them on, nothing may commit then.
class Parking {
 public:
  Parking(SubscriptionId id, std::shared_ptr<const Routes> routes, RetryPolicy policy)
      : id_(std::move(id)), routes_(std::move(routes)), policy_(policy) {}

  const SubscriptionId& id() const { return id_; }

  // Whether events of `key` have to queue.
  absl::StatusOr<bool> IsBlocked(maru::store::Reader& reader, const TopicPartition& partition,
                                 std::string_view key) const;

  // Parks the first event of its key after `failure`; returns when it is tried again:
  // InfiniteDuration when it is DEAD at once (a policy of one attempt). `position` is the one that
  // the caller will write.
  absl::Duration Park(maru::store::Txn& txn, const ParkedId& id, std::string_view value,
                      const absl::Status& failure, const Moment& moment,
                      ConsumedPosition& position) const;
  // Parks behind another of its key.
  void Queue(maru::store::Txn& txn, const ParkedId& id, std::string_view value,
             ConsumedPosition& position) const;

  // Tries what is due in a partition, within a bound per transaction; after a success the key's
  // queue follows in order.
  absl::Status RetryDue(maru::store::Txn& txn, const TopicPartition& partition,
                        const Moment& moment, RetryOutcome& outcome) const;

  // For operators. Each is a whole transaction.
  // Tries one now with a fresh count. NOT_FOUND: it is not parked; FAILED_PRECONDITION: it is
  // QUEUED.
  absl::Status Replay(maru::store::Txn& txn, const ParkedId& id, const Moment& moment,
                      RetryOutcome& outcome) const;
  // Replaces its record; a RETRYING or DEAD one is due at once with a fresh count. NOT_FOUND: it is
  // not parked.
  absl::Status Edit(maru::store::Txn& txn, const ParkedId& id, std::string value,
                    std::string_view editor, const Moment& moment) const;
  // Forgets it; what is queued behind it becomes due. NOT_FOUND: it is not parked.
  absl::Status Drop(maru::store::Txn& txn, const ParkedId& id, const Moment& moment) const;

  absl::StatusOr<std::optional<ParkedRecord>> Find(maru::store::Reader& reader,
                                                   const ParkedId& id) const;

 private:
  // What is due at `now`, of as many as one transaction tries; `next` is when the first of them
  // that is not due will be. Due is also what waits for longer than its delay can be.
  absl::StatusOr<std::vector<ParkedId>> ScanDue(maru::store::Reader& reader,
                                                const TopicPartition& partition, absl::Time now,
                                                absl::Time& next) const;

  // The first parked event of a key, behind an encoded row if `after` is not empty.
  absl::StatusOr<std::optional<ParkedRow>> FirstOfKey(maru::store::Reader& reader,
                                                      const TopicPartition& partition,
                                                      std::string_view key,
                                                      std::string after) const;
  // Writes a row, and its row in kRetries when it is RETRYING; takes the one of its former retry
  // time away.
  void PutRow(maru::store::Txn& txn, const ParkedRow& row) const;
  void DeleteRow(maru::store::Txn& txn, const ParkedRow& row) const;
  void Unindex(maru::store::Txn& txn, const ParkedRow& row) const;
  // Makes a row the one of its key that is tried, at once.
  void MakeDue(maru::store::Txn& txn, ParkedRow row, const Moment& moment) const;
  // Notes a failed attempt; returns when the next one is, InfiniteDuration when the event is DEAD.
  absl::Duration NoteFailure(maru::store::Txn& txn, ParkedRow& row, const absl::Status& failure,
                             const Moment& moment) const;
  // Applies the rows of a key in order until one fails or `budget` is used up; the first one left
  // is the head then.
  absl::Status DrainKey(maru::store::Txn& txn, const TopicPartition& partition,
                        std::string_view key, const Moment& moment, size_t& budget,
                        ConsumedPosition& position, RetryOutcome& outcome) const;
  // Ends a retry: writes the position if it changed and finds out when to look again.
  absl::Status Conclude(maru::store::Txn& txn, const TopicPartition& partition,
                        const Moment& moment, const ConsumedPosition& position,
                        RetryOutcome& outcome) const;

  const SubscriptionId id_;
  const std::shared_ptr<const Routes> routes_;
  const RetryPolicy policy_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_PARKING_H_
