// Peers: the other contexts that one calls, each with its channel, breakers and retry budget.
#ifndef MARU_MESH_CONTEXT_PEERS_H_
#define MARU_MESH_CONTEXT_PEERS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "common/base/log.h"
#include "common/rpc/service.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/breaker/caller.h"
#include "mesh/context/call_log.h"
#include "mesh/context/host.h"
#include "prometheus/registry.h"

namespace maru::mesh {

// Executor's thread only.
class Peers {
 public:
  // A token that the deployment `audience` accepts.
  using TokenFor = std::function<absl::StatusOr<std::string>(std::string_view audience)>;

  // All references outlive the peers.
  Peers(const config::v1::ContextConfig& config, Host& host, Logger& logger,
        prometheus::Registry& registry, TokenFor token_for);

  // How to call the context `name` of the same system; lives as long as the peers. A name that is
  // not configured is a mistake in the wiring and ends the process.
  rpc::Caller& Of(std::string_view name);

  // State of all breakers, by peer.
  std::vector<std::pair<std::string, breaker::BreakingCaller::Status>> breakers() const;

 private:
  struct Peer {
    std::unique_ptr<rpc::Channel> channel;
    std::unique_ptr<CallLog> log;
    std::unique_ptr<breaker::BreakingCaller> caller;
  };

  const config::v1::ContextConfig& config_;
  Host& host_;
  Logger& logger_;
  prometheus::Registry& registry_;
  const TokenFor token_for_;
  absl::btree_map<std::string, Peer> peers_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_PEERS_H_
