// Applied: what has durably taken effect here, per topic and partition; what read-your-writes waits
// on (domain.md, "Read your writes").
#ifndef MARU_COMMON_EVENTS_READ_YOUR_WRITES_H_
#define MARU_COMMON_EVENTS_READ_YOUR_WRITES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/events/positions.h"
#include "common/rpc/call_context.h"
#include "common/store/store.h"

namespace maru::events {

// Executor's thread only. A parked event counts as applied.
class Applied {
 public:
  // What is left of a query's deadline once its wait is given up: time to answer.
  static constexpr absl::Duration kAnswerMargin = absl::Milliseconds(20);

  // `topics`: what the subscription reads; positions of others are not waited for.
  Applied(async::Executor& executor, std::vector<std::string> topics);

  // Takes over the stored positions of a subscription: before the first query. Errors: those of the
  // store.
  async::Task<absl::Status> Load(maru::store::Store& store, SubscriptionId id);

  // After a durable commit; lower ones change nothing.
  void Advance(const TopicPartition& partition, uint64_t sequence);
  uint64_t sequence(const TopicPartition& partition) const;
  const absl::btree_map<TopicPartition, uint64_t>& sequences() const { return sequences_; }

  // Completes when all of `call.wanted` that is read here has been applied. A sequence that nobody
  // has published yet is waited for like any other. UNAVAILABLE/VIEW_BEHIND: not by the call's
  // deadline, less kAnswerMargin. `call` outlives the task.
  async::Task<absl::Status> WaitFor(const rpc::CallContext& call);

 private:
  bool Has(const event::v1::Position& wanted) const;

  const absl::flat_hash_set<std::string> topics_;
  absl::btree_map<TopicPartition, uint64_t> sequences_;
  async::Signal advanced_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_READ_YOUR_WRITES_H_
