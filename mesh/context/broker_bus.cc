#include "mesh/context/broker_bus.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mesh/broker/client/bus.h"

namespace maru::mesh {

namespace {

// The broker's bus with the channel that it speaks over.
class BrokerConnection final : public events::Bus {
 public:
  explicit BrokerConnection(Context& context)
      : channel_(context.process().host().OpenChannel(context.config().broker())),
        bus_(context.process().executor(), context.process().random(), *channel_,
             OptionsOf(context)) {}

  std::unique_ptr<events::Publisher> NewPublisher(std::string topic, uint64_t epoch) override {
    return bus_.NewPublisher(std::move(topic), epoch);
  }
  std::unique_ptr<events::Subscription> Subscribe(events::SubscriptionOptions options) override {
    return bus_.Subscribe(std::move(options));
  }

 private:
  static broker::ClientOptions OptionsOf(Context& context) {
    broker::ClientOptions options;
    options.authorization = [&context]() -> std::string {
      const absl::StatusOr<std::string> token = context.TokenFor("broker");
      if (token.ok()) return absl::StrCat("Bearer ", *token);
      context.process().logger().Error("no token for the broker",
                                       {{"status", token.status().ToString()}});
      return "";
    };
    return options;
  }

  const std::unique_ptr<rpc::Channel> channel_;
  broker::BrokerBus bus_;
};

}  // namespace

std::unique_ptr<events::Bus> ConnectBroker(Context& context) {
  return std::make_unique<BrokerConnection>(context);
}

}  // namespace maru::mesh
