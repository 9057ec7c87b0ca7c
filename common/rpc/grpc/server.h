// The gRPC implementation of rpc::Server: every method of every service arrives here by name and
// goes to one InboundHandler.
//
// Statuses carry their google.rpc details in the trailer `grpc-status-details-bin`; errors with a
// RetryInfo also carry `retry-after` (whole seconds, rounded up), which a gateway turns into the
// HTTP header.
#ifndef MARU_COMMON_RPC_GRPC_SERVER_H_
#define MARU_COMMON_RPC_GRPC_SERVER_H_

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

struct GrpcServerOptions {
  // "127.0.0.1:7101"; port 0: any free one.
  std::string address;
  // Makes the credentials of the listening port; the server releases them.
  std::function<grpc_server_credentials*()> credentials = grpc_insecure_server_credentials_create;

  // Longer requests are refused with RESOURCE_EXHAUSTED.
  int max_message_bytes = 1 << 20;
  int max_metadata_bytes = 32 << 10;
  // Per connection; more wait at the client.
  int max_streams = 256;
  // Calls of all connections that have arrived and are not finished; more are refused at once with
  // RESOURCE_EXHAUSTED/OVERLOADED. Also bounds callers that open calls and never send their
  // request.
  size_t max_calls = 4096;
  // Silent connections are probed after `keepalive_time` and closed when nothing comes for
  // `keepalive_timeout`.
  absl::Duration keepalive_time = absl::Seconds(60);
  absl::Duration keepalive_timeout = absl::Seconds(20);
  // Makes clients reconnect now and then, so that load spreads over replicas; calls in flight get
  // the grace.
  absl::Duration max_connection_age = absl::Minutes(30);
  absl::Duration max_connection_age_grace = absl::Seconds(60);
  absl::Duration handshake_timeout = absl::Seconds(10);
};

// Listens and serves until the server is destroyed. Calls run on `loop`; call this on its thread,
// and destroy the result there. `loop` and `handler` outlive the server. Destroying the server
// cancels all calls and destroys their frames before it returns; what is left of the connections is
// closed by the loop soon after. Await Shutdown first to finish in order and to be sure that the
// port is free. FAILED_PRECONDITION: the address cannot be listened on (in use, not of this
// machine, malformed); says why.
absl::StatusOr<std::unique_ptr<Server>> StartGrpcServer(GrpcLoop& loop, InboundHandler& handler,
                                                        const GrpcServerOptions& options);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_SERVER_H_
