// Subscriber: one subscription of a context. Policies are one, each generation of a view is one.
//
// Takes batches from the bus and makes events take effect, each exactly once: effects and position
// are one transaction (applier.h), many events a commit, while the next batches already arrive.
// Events of one key keep their order, also through failures:
//   - A handler's error, or a record that cannot be decoded, parks the event (parking.h) and the
//   position moves on; later
//     events of its key queue behind it, other keys flow. It is retried with backoff until it is
//     DEAD.
//   - The store's refusals (disk full, failure) hold the partition: the same transaction is tried
//   again, nothing is parked.
//   - A gap in the log holds the partition until an operator accepts it.
// Joins the group again, with backoff, whenever the stream or its assignment is lost.
#ifndef MARU_COMMON_EVENTS_SUBSCRIBER_H_
#define MARU_COMMON_EVENTS_SUBSCRIBER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/events/applier.h"
#include "common/events/backoff.h"
#include "common/events/bus.h"
#include "common/events/environment.h"
#include "common/events/metrics.h"
#include "common/events/parking.h"
#include "common/events/partition_worker.h"
#include "common/events/positions.h"
#include "common/events/read_your_writes.h"
#include "common/events/routes.h"

namespace maru::events {

struct SubscriberOptions {
  // "datecourse-viewpage".
  std::string deployment;
  // This process among the members of the group.
  std::string member;
  SubscriptionId id;
  RetryPolicy retry;
  WorkerLimits limits;
  // Delivered and not yet applied, at most.
  uint64_t max_records = 8192;
  uint64_t max_bytes = 4 << 20;
  // Between attempts to join.
  absl::Duration initial_rejoin = absl::Milliseconds(50);
  absl::Duration max_rejoin = absl::Seconds(5);
  // After the broker refused the subscription (not allowed, another store's group).
  absl::Duration refused_rejoin = absl::Minutes(1);
};

enum class SubscriberState { kJoining, kRunning, kPaused, kRefused };

// As operators see it.
struct SubscriberReport {
  struct Partition {
    TopicPartition partition;
    ConsumedPosition position;
    uint64_t lag = 0;
    std::string gap;
  };
  SubscriberState state = SubscriberState::kJoining;
  absl::Status error;
  std::vector<Partition> partitions;
};

// Executor's thread only. Destroying it at any moment is like a crash.
class Subscriber final : private PartitionHost {
 public:
  // `applied` hears of every durable commit, and outlives it.
  Subscriber(Environment environment, SubscriberOptions options, Routes routes, Applied& applied);
  ~Subscriber() override;

  void Start();

  // Holds all commits back; completes when none is in flight. Resume ends it.
  async::Task<void> Pause();
  void Resume();

  // An operator accepts what the log has lost. FAILED_PRECONDITION: the partition stands at no gap
  // here; UNAVAILABLE: try again; ABORTED: another member has it.
  async::Task<absl::Status> AcceptGap(TopicPartition partition);
  // Looks for parked events to retry: an operator changed them.
  void ParkedChanged(const TopicPartition& partition);

  const SubscriptionId& id() const { return options_.id; }
  const Routes& routes() const { return *routes_; }
  const Parking& parking() const { return parking_; }
  SubscriberReport Report() const;
  // Whether every partition that `other` consumes now is assigned here and has reached the end of
  // its assignment (what the log held when this process took it over), and the records behind the
  // ends known now. Topics that do not exist yet are nobody's.
  bool reached_ends_of(const Subscriber& other) const;
  uint64_t lag() const;
  uint64_t parked() const;
  // From now on `applied` hears of commits.
  void ReportTo(Applied& applied) { applied_ = &applied; }

 private:
  async::Task<void> Run();
  async::Task<absl::Status> RunSession();
  async::Task<void> Listen();
  async::Task<void> OnAssigned(Assigned assigned);
  async::Task<void> OnRevoked(Revoked revoked);
  async::Task<void> OnDisconnected(Disconnected disconnected);
  void OnBatch(Batch batch);
  void OnGap(Gap gap);
  // Ends the session: everything is joined anew.
  void EndSession(absl::Status why);

  // Stops workers in order and forgets them.
  async::Task<void> StopWorkers(std::vector<TopicPartition> partitions);
  async::Task<absl::StatusOr<std::vector<ConsumedPosition>>> Claim(const Assigned& assigned);
  PartitionWorker* Find(const TopicPartition& partition) const;

  void OnApplied(PartitionWorker& worker, const ApplyOutcome& outcome, uint64_t records,
                 uint64_t bytes) override;
  void OnRetried(PartitionWorker& worker, const RetryOutcome& outcome) override;
  void OnIdle(PartitionWorker& worker) override;
  void OnPause(PartitionWorker& worker, const absl::Status& why) override;
  void OnStale(PartitionWorker& worker, const absl::Status& why) override;
  void UpdateGauges();
  void SetState(SubscriberState state, absl::Status error);

  const Environment env_;
  const SubscriberOptions options_;
  const std::shared_ptr<const Routes> routes_;
  const Parking parking_;
  const Applier applier_;
  Applied* applied_;
  // "view@2": in metrics and journal.
  const std::string label_;
  SubscriberMetrics metrics_;

  SubscriberState state_ = SubscriberState::kJoining;
  absl::Status error_;
  bool paused_ = false;
  std::unique_ptr<Subscription> subscription_;
  absl::btree_map<TopicPartition, std::unique_ptr<PartitionWorker>> workers_;
  // Offsets to reach, by assignment.
  absl::btree_map<TopicPartition, uint64_t> ends_;
  // Set when the session is over.
  std::optional<absl::Status> ended_;
  Backoff rejoin_;
  async::Signal changed_;
  async::Scope scope_;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_SUBSCRIBER_H_
