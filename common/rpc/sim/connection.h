// SimConnection: what a channel and a server share while they are connected, and the kinds of
// packets between them.
#ifndef MARU_COMMON_RPC_SIM_CONNECTION_H_
#define MARU_COMMON_RPC_SIM_CONNECTION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/rpc/sim/network.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

class SimChannel;
class SimClientCall;

// Unread bytes that one side of a stream may have sent, as HTTP/2's default has it.
inline constexpr size_t kSimWindowBytes = 64 << 10;

// What opens a call.
struct SimRequest {
  std::string method;
  Metadata metadata;
  absl::Duration timeout = absl::InfiniteDuration();
  // Of a unary call.
  std::string message;
};

// Each end forgets the other when it has closed or died; what arrives then is answered with a
// reset.
struct SimConnection {
  uint64_t id = 0;
  std::string client;
  std::string server;
  SimChannel* channel = nullptr;
  SimServer* acceptor = nullptr;
  // Of the channel, by number; a call takes itself out when it is over.
  std::map<uint64_t, std::weak_ptr<SimClientCall>> calls;
  // After all that was sent there.
  std::shared_ptr<Instant> to_client = std::make_shared<Instant>();
  std::shared_ptr<Instant> to_server = std::make_shared<Instant>();
};

using SimConnectionPtr = std::shared_ptr<SimConnection>;

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SIM_CONNECTION_H_
