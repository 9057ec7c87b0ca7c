// BrokerPublisher: events::Publisher over one Publish stream at a time.
#ifndef MARU_MESH_BROKER_CLIENT_PUBLISHER_H_
#define MARU_MESH_BROKER_CLIENT_PUBLISHER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/events/backoff.h"
#include "common/events/bus.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/client/bus.h"
#include "mesh/broker/client/connection.h"
#include "mesh/broker/client/frame_builder.h"

namespace maru::broker {

class BrokerPublisher final : public events::Publisher {
 public:
  // `env` outlives the publisher.
  BrokerPublisher(const ClientEnvironment& env, std::string topic, uint64_t epoch)
      : env_(env),
        topic_(std::move(topic)),
        epoch_(epoch),
        backoff_(env.options.min_backoff, env.options.max_backoff, env.random) {}

  async::Task<absl::StatusOr<uint64_t>> Open() override;
  async::Task<absl::Status> Send(std::vector<events::Record> records) override;
  async::Task<absl::StatusOr<uint64_t>> Acked(uint64_t after) override;

 private:
  // One attempt.
  async::Task<absl::Status> Connect();
  async::Task<void> Read();
  async::Task<void> Write();
  void Take(const v1::PublishResponse& response);
  bool MayWrite() const;
  // Whether the connection `number` is still the present one and stands: what was handed to an
  // earlier one is gone with it. UNAVAILABLE before Open.
  absl::Status Check(uint64_t number) const;

  const ClientEnvironment& env_;
  const std::string topic_;
  const uint64_t epoch_;
  events::Backoff backoff_;

  // Connections made so far.
  uint64_t connections_ = 0;
  // Of the present connection.
  uint64_t mark_ = 0;
  bool open_ = false;
  bool draining_ = false;
  v1::Credit credit_;
  uint64_t sent_records_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t last_sent_ = 0;
  FrameBuilder pending_;
  // Last: its coroutines use the rest.
  std::unique_ptr<Connection> connection_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_CLIENT_PUBLISHER_H_
