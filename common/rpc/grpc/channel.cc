#include "common/rpc/grpc/channel.h"

#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/grpc/client_call.h"

namespace maru::rpc {

namespace {

// A stream over a ClientCall; one that could not be started says why at each turn.
class GrpcClientStream final : public ClientStream {
 public:
  GrpcClientStream(ClientCall::Handle call, absl::Status started)
      : call_(std::move(call)), started_(std::move(started)) {
    if (started_.ok()) call_->StartStream();
  }

  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
    CO_RETURN_IF_ERROR(started_);
    std::optional<std::string> message = co_await call_->Read();
    if (message.has_value()) co_return message;
    co_await call_->Finished();
    CO_RETURN_IF_ERROR(call_->status());
    co_return message;
  }

  async::Task<absl::Status> Write(std::string message) override {
    CO_RETURN_IF_ERROR(started_);
    const bool ok = co_await call_->Write(std::move(message));
    co_return Sent(ok);
  }

  async::Task<absl::Status> WritesDone() override {
    CO_RETURN_IF_ERROR(started_);
    const bool ok = co_await call_->WritesDone();
    co_return Sent(ok);
  }

 private:
  static absl::Status Sent(bool ok) {
    return ok ? absl::OkStatus() : absl::CancelledError("the call is over; Read tells why");
  }

  const ClientCall::Handle call_;
  const absl::Status started_;
};

class GrpcChannel final : public Channel {
 public:
  GrpcChannel(GrpcLoop& loop, std::string target, grpc_channel* channel)
      : loop_(loop), target_(std::move(target)), channel_(channel) {}
  ~GrpcChannel() override { grpc_channel_destroy(channel_); }

  async::Task<Reply> Call(std::string_view method, std::string message,
                          CallOptions options) override {
    const ClientCall::Handle call = MakeCall(method, options.deadline);
    if (absl::Status added = call->AddMetadata(options.metadata); !added.ok()) {
      Reply refused;
      refused.status = std::move(added);
      co_return refused;
    }
    call->StartUnary(std::move(message));
    co_await call->Finished();
    co_return call->TakeReply();
  }

  std::unique_ptr<ClientStream> Open(std::string_view method, CallOptions options) override {
    ClientCall::Handle call = MakeCall(method, options.deadline);
    absl::Status added = call->AddMetadata(options.metadata);
    return std::make_unique<GrpcClientStream>(std::move(call), std::move(added));
  }

 private:
  ClientCall::Handle MakeCall(std::string_view method, Instant deadline) {
    grpc_call* const call = grpc_channel_create_registered_call(
        channel_, nullptr, GRPC_PROPAGATE_DEFAULTS, loop_.queue(), Registered(method),
        ToTimespec(deadline), nullptr);
    return ClientCall::Make(call, target_);
  }

  // gRPC's handle of a method: spares building its path for each call. As many as there are
  // methods.
  void* Registered(std::string_view method) {
    const auto found = registered_.find(ToAbsl(method));
    if (found != registered_.end()) return found->second;
    const std::string path = absl::StrCat("/", ToAbsl(method));
    void* const handle = grpc_channel_register_call(channel_, path.c_str(), nullptr, nullptr);
    registered_.emplace(std::string(method), handle);
    return handle;
  }

  GrpcLoop& loop_;
  const std::string target_;
  grpc_channel* const channel_;
  absl::flat_hash_map<std::string, void*> registered_;
};

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

ChannelArgs ArgsOf(const GrpcChannelOptions& options) {
  ChannelArgs args;
  args.Set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, options.max_message_bytes)
      .Set(GRPC_ARG_MAX_METADATA_SIZE, options.max_metadata_bytes)
      .Set(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, Milliseconds(options.min_backoff))
      .Set(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, Milliseconds(options.max_backoff))
      // In spite of its name: the shortest time that an attempt to connect is given.
      .Set(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(options.connect_timeout))
      .Set(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time))
      .Set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout))
      .Set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1)
      // Deployments in one process do not see each other.
      .Set(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1)
      // Policies come from our contracts, not from DNS; no proxy stands between contexts.
      .Set(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1)
      .Set(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return args;
}

}  // namespace

std::unique_ptr<Channel> OpenGrpcChannel(GrpcLoop& loop, const GrpcChannelOptions& options) {
  MARU_CHECK(loop.OnThread());
  ChannelArgs args = ArgsOf(options);
  grpc_channel_credentials* const credentials = options.credentials();
  // With the scheme in it no peer ever looks like the target: ClientCall tells unsent calls by
  // that.
  std::string target = absl::StrCat("dns:///", options.target);
  grpc_channel* const channel = grpc_channel_create(target.c_str(), credentials, args.get());
  grpc_channel_credentials_release(credentials);
  return std::make_unique<GrpcChannel>(loop, std::move(target), channel);
}

}  // namespace maru::rpc
