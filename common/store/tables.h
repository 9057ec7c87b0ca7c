// Numbers of the tables that the runtime keeps in every store. Settled: a number is never reused, a
// context's own tables start at kFirstContextTable.
#ifndef MARU_COMMON_STORE_TABLES_H_
#define MARU_COMMON_STORE_TABLES_H_

#include <cstdint>

namespace maru::store {

enum RuntimeTable : uint32_t {
  kFormatTable = 1,       // the format record
  kClockTable = 2,        // last id and time, last sequence
  kIdempotencyTable = 3,  // (principal, method, request_id)
  kOutboxTable = 4,       // (sequence)
  kPositionTable = 5,     // (subscription, generation, topic, partition): consumed position
  kParkedTable = 6,  // (subscription, generation, topic, partition, key, sequence): parked events
  kTimerTable = 7,   // (due, kind, id): durable timers
  kGenerationTable = 8,  // (subscription): current generation of a view
  kRetryTable =
      9,  // (subscription, generation, topic, partition, due, key, sequence): to try again
  kSagaTable = 10,         // (saga, id): sagas that have not ended
  kSagaRequestTable = 11,  // (principal, method, request_id): the saga that it began
  kTimerDueTable = 12,     // (kind, id): when it is due
};

inline constexpr uint32_t kFirstContextTable = 32;

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TABLES_H_
