#include "mesh/broker/client/bus.h"

#include <utility>

#include "mesh/broker/client/publisher.h"
#include "mesh/broker/client/subscription.h"

namespace maru::broker {

std::unique_ptr<rpc::ClientStream> ClientEnvironment::Open(std::string_view method) const {
  rpc::CallOptions call;
  call.metadata.Add("authorization", options.authorization());
  return channel.Open(method, std::move(call));
}

std::unique_ptr<events::Publisher> BrokerBus::NewPublisher(std::string topic, uint64_t epoch) {
  return std::make_unique<BrokerPublisher>(env_, std::move(topic), epoch);
}

std::unique_ptr<events::Subscription> BrokerBus::Subscribe(events::SubscriptionOptions options) {
  return std::make_unique<BrokerSubscription>(env_, std::move(options));
}

bool IsFinal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

}  // namespace maru::broker
