#include "common/rpc/grpc/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/grpc/server_core.h"

namespace maru::rpc {

namespace {

// From the end of the last call to hanging up on clients that still hold their connection.
constexpr absl::Duration kGoAwayGrace = absl::Milliseconds(250);

class GrpcServer final : public Server {
 public:
  GrpcServer(ServerCore& core, int port) : core_(core), port_(port) {}
  ~GrpcServer() override { core_.Abandon(); }

  int port() const override { return port_; }

  async::Task<void> Shutdown(Instant until) override {
    core_.BeginShutdown();
    // Connections without calls are closed by the clients, once they have heard that the server
    // goes away. Not all of them listen: an idle C++ client looks every five seconds.
    Instant hang_up = until;
    while (!Done() && core_.loop().Now() < hang_up) {
      hang_up = core_.active() > 0 ? until : std::min(hang_up, core_.loop().Now() + kGoAwayGrace);
      co_await core_.changed().WaitUntil(hang_up);
    }
    if (!Done()) core_.CancelCalls();
    while (!Done()) co_await core_.changed().Wait();
  }

 private:
  bool Done() const { return core_.shut_down() && core_.active() == 0; }

  ServerCore& core_;  // holds itself
  const int port_;
};

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

ChannelArgs ArgsOf(const GrpcServerOptions& options) {
  ChannelArgs args;
  args.Set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, options.max_message_bytes)
      .Set(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes)
      .Set(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_streams)
      .Set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time))
      .Set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout))
      // Clients probe idle connections too (channel.h); by default gRPC takes that for an attack.
      .Set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1)
      .Set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
           Milliseconds(options.keepalive_timeout))
      .Set(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(options.max_connection_age))
      .Set(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, Milliseconds(options.max_connection_age_grace))
      .Set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(options.handshake_timeout))
      // Otherwise a second process on the same port would silently take half of the connections.
      .Set(GRPC_ARG_ALLOW_REUSEPORT, 0);
  return args;
}

// Why `address` could not be listened on. gRPC only says that it failed, so this asks the system
// again.
std::string WhyNotListening(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return "it has no port";
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found);
      error != 0) {
    return gai_strerror(error);
  }
  const int socket_fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;
  int error = socket_fd < 0 ? errno : 0;
  if (error == 0 &&
      (setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) != 0 ||
       bind(socket_fd, found->ai_addr, found->ai_addrlen) != 0 || listen(socket_fd, 1) != 0)) {
    error = errno;
  }
  if (socket_fd >= 0) close(socket_fd);
  freeaddrinfo(found);
  return error == 0 ? "the cause is gone by now" : std::strerror(error);
}

// Destroys a server that was not started; gRPC wants every server shut down first.
void DestroyUnstarted(grpc_server* server, GrpcLoop& loop) {
  class Destroyer final : public Completion {
   public:
    explicit Destroyer(grpc_server* owned) : server_(owned) {}
    void OnComplete(bool) override {
      grpc_server_destroy(server_);
      delete this;
    }

   private:
    grpc_server* const server_;
  };
  Completion* const tag = new Destroyer(server);
  grpc_server_shutdown_and_notify(server, loop.queue(), tag);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> StartGrpcServer(GrpcLoop& loop, InboundHandler& handler,
                                                        const GrpcServerOptions& options) {
  MARU_CHECK(loop.OnThread());
  ChannelArgs args = ArgsOf(options);
  grpc_server* const server = grpc_server_create(args.get(), nullptr);
  grpc_server_register_completion_queue(server, loop.queue(), nullptr);
  grpc_server_credentials* const credentials = options.credentials();
  const int port = grpc_server_add_http2_port(server, options.address.c_str(), credentials);
  grpc_server_credentials_release(credentials);
  if (port == 0) {
    DestroyUnstarted(server, loop);
    return absl::FailedPreconditionError(
        absl::StrCat("cannot listen on ", options.address, ": ", WhyNotListening(options.address)));
  }
  grpc_server_start(server);
  auto* const core = new ServerCore(loop, handler, server, options.max_calls);
  return std::make_unique<GrpcServer>(*core, port);
}

}  // namespace maru::rpc
