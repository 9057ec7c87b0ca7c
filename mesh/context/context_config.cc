#include "mesh/context/context_config.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "maru/config/v1/config.maru.h"
#include "mesh/context/deployments.h"

namespace maru::mesh {

using config::v1::BrokerConfig;
using config::v1::ContextConfig;

namespace {

void CheckPort(std::string_view setting, const std::string& address,
               rpc::FieldViolations& violations) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  // What has no port breaks the contract's own rule.
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) return;
  if (port > 65535)
    violations.push_back({std::string(setting), "must have a port from 0 to 65535"});
}

void CheckBreaker(const config::v1::BreakerConfig& breaker, rpc::FieldViolations& violations) {
  if (FromProto(breaker.open_min()) <= absl::ZeroDuration()) {
    violations.push_back({"breaker.open_min", "must be longer than 0"});
  }
  if (FromProto(breaker.open_max()) < FromProto(breaker.open_min())) {
    violations.push_back({"breaker.open_max", "must not be shorter than breaker.open_min"});
  }
}

void DeriveContext(const std::string& system, const std::string& name, ContextConfig& config) {
  if (config.system().empty()) config.set_system(system);
  const Deployments deployments(config.port_base());
  if (config.listen().empty())
    config.set_listen(deployments.AddressOf(config.system(), name).value_or(""));
  if (config.metrics().empty())
    config.set_metrics(deployments.MetricsAddressOf(config.listen()).value_or(""));
  if (config.broker().empty()) config.set_broker(deployments.broker());
  if (config.data().empty())
    config.set_data(absl::StrCat(".maru/data/", DeploymentOf(config.system(), name)));
  for (const auto& [peer, address] : deployments.ContextsOf(config.system())) {
    if (peer != name) config.mutable_peers()->insert({peer, address});
  }
}

// A program of one system serves no other; one of several systems serves those that deploy it
// (deployments.json): in any other it would find no events to hear and no contract to serve.
void CheckSystem(const std::string& system, const std::string& name, const ContextConfig& config,
                 rpc::FieldViolations& violations) {
  if (config.system().empty()) return;
  if (!system.empty()) {
    if (config.system() == system) return;
    violations.push_back(
        {"system", absl::StrCat("must be ", system, ": this program serves no other")});
  } else if (!Deployments(config.port_base()).AddressOf(config.system(), name).has_value()) {
    violations.push_back(
        {"system", absl::StrCat("no system ", config.system(), " has a context ", name)});
  }
}

void CheckContext(const std::string& system, const std::string& name, const ContextConfig& config,
                  rpc::FieldViolations& violations) {
  MaruValidate(config, rpc::FieldPath(), violations);
  CheckSystem(system, name, config, violations);
  CheckPort("listen", config.listen(), violations);
  CheckPort("metrics", config.metrics(), violations);
  CheckPort("broker", config.broker(), violations);
  for (const auto& [peer, address] : config.peers()) {
    const std::string setting = absl::StrCat("peers.", peer);
    if (address.rfind(':') == std::string::npos)
      violations.push_back({setting, "must be HOST:PORT"});
    CheckPort(setting, address, violations);
  }
  CheckBreaker(config.breaker(), violations);
  if (FromProto(config.saga().pending_limit()) <= absl::ZeroDuration()) {
    violations.push_back({"saga.pending_limit", "must be longer than 0"});
  }
  if (config.has_ticket() && FromProto(config.ticket().accept_limit()) <= absl::ZeroDuration()) {
    violations.push_back({"ticket.accept_limit", "must be longer than 0"});
  }
}

}  // namespace

std::string DeploymentOf(std::string_view system, std::string_view context) {
  return absl::StrCat(ToAbsl(system), "-", ToAbsl(context));
}

std::string TopicOf(std::string_view system, std::string_view context) {
  return absl::StrCat(ToAbsl(system), ".", ToAbsl(context));
}

service::ConfigRules ContextRules(std::string system, std::string context) {
  service::ConfigRules rules;
  rules.names = {context, TopicOf(system, context)};
  rules.derive = [system, context](google::protobuf::Message& config) {
    DeriveContext(system, context, static_cast<ContextConfig&>(config));
  };
  rules.check = [system, context](const google::protobuf::Message& config,
                                  rpc::FieldViolations& violations) {
    CheckContext(system, context, static_cast<const ContextConfig&>(config), violations);
  };
  return rules;
}

service::ConfigRules BrokerRules() {
  service::ConfigRules rules;
  rules.derive = [](google::protobuf::Message& message) {
    auto& config = static_cast<BrokerConfig&>(message);
    const Deployments deployments(config.port_base());
    if (config.listen().empty()) config.set_listen(deployments.broker());
    if (config.metrics().empty())
      config.set_metrics(deployments.MetricsAddressOf(config.listen()).value_or(""));
  };
  rules.check = [](const google::protobuf::Message& message, rpc::FieldViolations& violations) {
    const auto& config = static_cast<const BrokerConfig&>(message);
    MaruValidate(config, rpc::FieldPath(), violations);
    CheckPort("listen", config.listen(), violations);
    CheckPort("metrics", config.metrics(), violations);
  };
  return rules;
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace maru::mesh
