// The gRPC implementation of rpc::Channel.
#ifndef MARU_COMMON_RPC_GRPC_CHANNEL_H_
#define MARU_COMMON_RPC_GRPC_CHANNEL_H_

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

struct GrpcChannelOptions {
  // "127.0.0.1:7101" or "name:port"; names are resolved again when a connection is lost.
  std::string target;
  // Makes the credentials; the channel releases them.
  std::function<grpc_channel_credentials*()> credentials = grpc_insecure_credentials_create;

  int max_message_bytes = 4 << 20;
  int max_metadata_bytes = 32 << 10;
  // Pause between attempts to connect: doubles from the first to the second.
  absl::Duration min_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(1);
  // How long one attempt may take.
  absl::Duration connect_timeout = absl::Seconds(2);
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(20);
};

// A channel with a connection of its own (not shared with other channels to the same target), made
// when it is first needed. Call this on the loop's thread and destroy the channel there; `loop`
// outlives it. Calls in flight survive the channel; their tasks and streams must not. Errors of a
// call whose request surely never left this process carry the mark of SurelyUnsent (service.h).
std::unique_ptr<Channel> OpenGrpcChannel(GrpcLoop& loop, const GrpcChannelOptions& options);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_CHANNEL_H_
