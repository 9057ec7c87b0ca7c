// BrokerSubscription: events::Subscription over one Subscribe stream at a time.
#ifndef MARU_MESH_BROKER_CLIENT_SUBSCRIPTION_H_
#define MARU_MESH_BROKER_CLIENT_SUBSCRIPTION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/events/backoff.h"
#include "common/events/bus.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/client/bus.h"
#include "mesh/broker/client/connection.h"

namespace maru::broker {

class BrokerSubscription final : public events::Subscription {
 public:
  // `env` outlives the subscription.
  BrokerSubscription(const ClientEnvironment& env, events::SubscriptionOptions options);
  ~BrokerSubscription() override { scope_.CancelAll(); }

  async::Task<absl::StatusOr<events::Delivery>> Next() override;
  void Start(uint64_t generation, std::vector<events::PartitionStart> starts) override;
  void Done(const std::string& topic, uint32_t partition, uint64_t next_offset, uint64_t records,
            uint64_t bytes) override;
  void Released(uint64_t generation) override;

 private:
  using Place = std::pair<std::string, uint32_t>;  // topic, partition

  // A batch that is delivered and not done, or what is left of it.
  struct Outstanding {
    uint64_t next_offset = 0;
    uint64_t records = 0;
    uint64_t bytes = 0;
  };

  // Connects again and again.
  async::Task<void> Run();
  async::Task<void> Read(Connection& connection);
  async::Task<void> Write(Connection& connection);
  // Not OK: the broker is not to be believed.
  absl::Status Take(v1::SubscribeResponse& response, Connection& connection);
  absl::Status TakeBatch(v1::Batch& batch);
  void TakeRevoke(const v1::Revoke& revoke);
  void Deliver(events::Delivery delivery);
  // Gives back the credit of what is outstanding of a partition below `next_offset`.
  void GiveBack(const Place& place, uint64_t next_offset);
  void ReportSoon(Instant when);
  // Moves what is due from the reports to the outbox.
  void Report();
  void ForgetConnection();

  const ClientEnvironment& env_;
  const events::SubscriptionOptions options_;
  events::Backoff backoff_;

  std::deque<events::Delivery> deliveries_;
  // The broker will never let us in.
  absl::Status refused_;
  async::Signal delivered_;

  // Of the present connection.
  std::deque<v1::SubscribeRequest> outbox_;
  std::map<Place, uint64_t> progress_;
  std::map<Place, std::deque<Outstanding>> outstanding_;
  // By generation.
  std::map<uint64_t, std::vector<Place>> revoked_;
  // Totals, and what the broker was told.
  uint64_t delivered_records_ = 0;
  uint64_t delivered_bytes_ = 0;
  uint64_t done_records_ = 0;
  uint64_t done_bytes_ = 0;
  uint64_t told_records_ = 0;
  uint64_t told_bytes_ = 0;
  Instant report_due_ = Instant::InfiniteFuture();
  bool draining_ = false;
  bool leaving_ = false;
  std::unique_ptr<Connection> connection_;
  // Last: what runs in it uses the rest.
  async::Scope scope_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_CLIENT_SUBSCRIPTION_H_
