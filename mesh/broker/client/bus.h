// BrokerBus: events::Bus over the streams of a broker.
//
// What is handed over while a write is under way goes out with the next one: frames grow with the
// load by themselves, one record at a time costs no waiting. Connections that break, fall silent or
// are drained are made anew with jittered backoff.
#ifndef MARU_MESH_BROKER_CLIENT_BUS_H_
#define MARU_MESH_BROKER_CLIENT_BUS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/base/random.h"
#include "common/events/bus.h"
#include "common/rpc/transport.h"

namespace maru::broker {

struct ClientOptions {
  // Value of the metadata `authorization` ("Bearer …"), asked for each stream.
  std::function<std::string()> authorization;
  // Between attempts to connect.
  absl::Duration min_backoff = absl::Milliseconds(50);
  absl::Duration max_backoff = absl::Seconds(2);
  // Records handed over and not yet written: a publisher's Send waits beyond it.
  size_t max_pending_bytes = 1 << 20;
  // How long progress and credit may be held back, so that several are one message.
  absl::Duration report_delay = absl::Milliseconds(100);
};

// What publishers and subscriptions share.
struct ClientEnvironment {
  async::Executor& executor;
  Random& random;
  rpc::Channel& channel;
  ClientOptions options;

  // A stream of the broker with the metadata that it wants. `method` is a constant of the generated
  // code.
  std::unique_ptr<rpc::ClientStream> Open(std::string_view method) const;
};

// Executor's thread only. `executor`, `random` and `channel` outlive the bus, which outlives what
// it makes.
class BrokerBus final : public events::Bus {
 public:
  BrokerBus(async::Executor& executor, Random& random, rpc::Channel& channel, ClientOptions options)
      : env_{executor, random, channel, std::move(options)} {}

  std::unique_ptr<events::Publisher> NewPublisher(std::string topic, uint64_t epoch) override;
  std::unique_ptr<events::Subscription> Subscribe(events::SubscriptionOptions options) override;

 private:
  const ClientEnvironment env_;
};

// Whether the broker will never accept what it has refused with `status`; everything else may pass
// by itself.
bool IsFinal(const absl::Status& status);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_CLIENT_BUS_H_
