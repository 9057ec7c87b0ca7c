// Rare: paths of the code that are seldom taken, and that a simulation takes often.
//
// Each is one `if (executor.Rarely(Rare::k…))` at the place that the path begins. Taking it without
// need must be correct, merely slow: a full queue, a batch cut short, a timeout that comes early.
#ifndef MARU_COMMON_ASYNC_RARE_H_
#define MARU_COMMON_ASYNC_RARE_H_

#include "common/async/executor.h"

namespace maru::async {

enum class Rare : uint8_t {
  // Store: it refuses a transaction as if too many waited.
  kFullQueue,
  // Store: a group of one transaction, though more wait.
  kSmallGroup,
  // Relay: one row at a time.
  kSmallBatch,
  // Relay: rows are deleted as soon as they are published.
  kEarlyTrim,
  // Subscriber: one event a commit.
  kSmallCommit,
  // Subscriber: the first event of a commit, or of a retry, fails after its handler: it is parked.
  kFailingEvent,
  // Client of the broker: the connection counts as silent.
  kFallsSilent,
  // Broker: a read past the cache.
  kReadFromDisk,
  // Broker: a read of one record.
  kShortRead,
  // Broker: the smallest window for a publisher.
  kSmallWindow,
  // Broker: a member that is to release partitions is given no time.
  kEarlyExpiry,
  // Client of a context: the request or its reply is lost, with the connection.
  kLostReply,
  // Payment: the provider takes longer than anybody waits.
  kSlowProvider,
  // How many there are.
  kCount,
};

}  // namespace maru::async

#endif  // MARU_COMMON_ASYNC_RARE_H_
