// The client's calls: what survives the coroutine that made them until gRPC has finished with them.
#ifndef MARU_COMMON_RPC_GRPC_CLIENT_CALL_H_
#define MARU_COMMON_RPC_GRPC_CLIENT_CALL_H_

#include <grpc/grpc.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/grpc/call_operation.h"
#include "common/rpc/grpc/core.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

// One call of either kind. Its user holds it through a Handle: when that is destroyed the call is
// cancelled, and the object goes with its last operation. Loop's thread only.
class ClientCall final : public HeldCall {
 public:
  struct Abandon {
    void operator()(ClientCall* call) const;
  };
  using Handle = std::unique_ptr<ClientCall, Abandon>;

  // Takes `call`. `target`: what grpc_call_get_peer says before there is a connection.
  static Handle Make(grpc_call* call, std::string_view target) {
    return Handle(new ClientCall(call, target));
  }

  // INVALID_ARGUMENT for metadata that cannot be sent; then nothing must be started.
  absl::Status AddMetadata(const Metadata& metadata) { return headers_.Add(metadata); }

  // Unary: sends everything and waits for everything in one batch.
  void StartUnary(std::string message);
  // Stream: sends the headers.
  void StartStream();

  // co_await Finished(): when the status has come.
  CallOperation::Waiter Finished() { return finished_.Wait(); }
  // After Finished.
  absl::Status status() const;
  Reply TakeReply();

  // Streams.
  async::Task<std::optional<std::string>> Read() { return reader_.Read(call_); }
  async::Task<bool> Write(std::string message) { return writer_.Write(call_, std::move(message)); }
  async::Task<bool> WritesDone() { return writer_.Close(call_); }

 private:
  ClientCall(grpc_call* call, std::string_view target);
  ~ClientCall();
  void OnReleased() override { delete this; }
  // Whether the call never got as far as a connection.
  bool Unsent() const;

  grpc_call* const call_;
  const std::string_view target_;
  SentMetadata headers_;
  ReceivedMetadata initial_;
  ReceivedMetadata trailing_;
  Message out_;
  Message in_;
  grpc_status_code code_ = GRPC_STATUS_UNKNOWN;
  grpc_slice details_;
  CallOperation finished_{*this};
  MessageReader reader_{*this};
  MessageWriter writer_{*this};
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_CLIENT_CALL_H_
