#include "mesh/context/peers.h"

#include "common/base/status.h"
#include "mesh/context/context_config.h"

namespace maru::mesh {

namespace {

breaker::CallerOptions OptionsOf(const config::v1::ContextConfig& config,
                                 const std::string& callee) {
  breaker::CallerOptions options{.callee = callee, .breaker = {}, .retry = {}};
  const config::v1::BreakerConfig& numbers = config.breaker();
  options.breaker.min_calls = static_cast<int>(numbers.min_calls());
  options.breaker.failure_ratio = numbers.failure_percent() / 100.0;
  options.breaker.slow_ratio = numbers.slow_percent() / 100.0;
  options.breaker.open_min = FromProto(numbers.open_min());
  options.breaker.open_max = FromProto(numbers.open_max());
  options.breaker.probes = static_cast<int>(numbers.probes());
  options.breaker.half_open_interval = options.breaker.open_min;
  options.retry.attempts = static_cast<int>(config.retry().attempts());
  options.retry.per_call = config.retry().budget_percent() / 100.0;
  options.retry.burst = config.retry().burst();
  return options;
}

}  // namespace

Peers::Peers(const config::v1::ContextConfig& config, Host& host, Logger& logger,
             prometheus::Registry& registry, TokenFor token_for)
    : config_(config),
      host_(host),
      logger_(logger),
      registry_(registry),
      token_for_(std::move(token_for)) {}

rpc::Caller& Peers::Of(std::string_view name) {
  const std::string callee(name);
  Peer& peer = peers_[callee];
  if (peer.caller == nullptr) {
    const auto address = config_.peers().find(callee);
    MARU_CHECK(address != config_.peers().end());
    peer.channel = host_.OpenChannel(address->second);
    peer.log = std::make_unique<CallLog>(callee, registry_, logger_);
    peer.caller = std::make_unique<breaker::BreakingCaller>(
        OptionsOf(config_, callee), *peer.channel,
        [this, audience = DeploymentOf(config_.system(), name)] { return token_for_(audience); },
        host_.executor(), host_.random(), *peer.log);
  }
  return *peer.caller;
}

std::vector<std::pair<std::string, breaker::BreakingCaller::Status>> Peers::breakers() const {
  std::vector<std::pair<std::string, breaker::BreakingCaller::Status>> all;
  for (const auto& [name, peer] : peers_) {
    for (breaker::BreakingCaller::Status& status : peer.caller->breakers())
      all.emplace_back(name, std::move(status));
  }
  return all;
}

}  // namespace maru::mesh
