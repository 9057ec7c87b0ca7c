// What the sessions of a broker share.
#ifndef MARU_MESH_BROKER_PROTOCOL_ENVIRONMENT_H_
#define MARU_MESH_BROKER_PROTOCOL_ENVIRONMENT_H_

#include <cstdint>

#include "absl/time/time.h"
#include "common/async/executor.h"
#include "mesh/broker/log/limits.h"
#include "mesh/broker/log/log.h"

namespace maru::broker {

struct ProtocolOptions {
  // Either side says something at least this often, and is given up after three times as long.
  absl::Duration heartbeat_interval = absl::Seconds(5);
  absl::Duration default_session_timeout = absl::Seconds(15);

  // A publisher may have this much in flight.
  uint64_t publish_window_records = 32'768;
  uint64_t publish_window_bytes = 4 << 20;
  // When all publishers together have more than this in flight, each gets the smallest window.
  uint64_t publish_busy_bytes = 32 << 20;
};

// What remains of a publisher's window while the broker is busy: a frame always fits.
inline constexpr uint64_t kSmallestPublishWindowBytes = kMaxFrameBytes;
inline constexpr absl::Duration kMinSessionTimeout = absl::Seconds(3);
inline constexpr absl::Duration kMaxSessionTimeout = absl::Minutes(5);
inline constexpr int kMaxTopicsOfMember = 256;
inline constexpr size_t kMaxNameBytes = 256;
// Intervals of silence after which the other side is given up.
inline constexpr int kMissedHeartbeats = 3;

struct Environment {
  async::Executor& executor;
  Log& log;
  ProtocolOptions options;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_PROTOCOL_ENVIRONMENT_H_
