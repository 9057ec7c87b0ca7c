// ServerCall: one call of a server, from its arrival to its status; then used again for another.
#ifndef MARU_COMMON_RPC_GRPC_SERVER_CALL_H_
#define MARU_COMMON_RPC_GRPC_SERVER_CALL_H_

#include <grpc/grpc.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/async/scope.h"
#include "common/rpc/grpc/call_operation.h"
#include "common/rpc/grpc/core.h"
#include "common/rpc/grpc/server_core.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

// Unary: arrive → receive the request → run the handler → reply, status and close in one batch.
// Stream: arrive → send headers, watch for cancellation, run the handler → status. A cancelled
// stream's frame is destroyed; the handler of a unary call runs to its end whatever the caller
// does.
class ServerCall final : public HeldCall, public ServerStream {
 public:
  explicit ServerCall(ServerCore& core) : core_(core) {}
  ~ServerCall();

  // Waits for a call to arrive.
  void Request();
  // Destroys the handler's frame, if it runs, and so cancels the call.
  void DestroyFrame();

  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override;
  async::Task<absl::Status> Write(std::string message) override;
  void AddTrailing(std::string_view key, std::string value) override;

  // Position in ServerCore's list of active calls.
  size_t index = 0;

 private:
  void OnArrived(bool ok);
  void OnRequest(bool ok);
  void OnClosed(bool ok);
  void OnSent(bool ok);
  void OnReleased() override;

  void Serve();
  void FillInbound();
  async::Task<void> RunUnary();
  async::Task<void> RunStream();
  void SendReply(Reply reply);
  // Starts the final batch after what `batch` already has.
  void SendStatus(Batch& batch, const absl::Status& status);

  ServerCore& core_;
  grpc_call* call_ = nullptr;
  grpc_call_details details_;
  ReceivedMetadata received_;
  Inbound inbound_;
  bool is_stream_ = false;
  bool active_ = false;
  // gRPC's: written when the close of the call has been received.
  int cancelled_ = 0;
  // The request and the reply of a unary call.
  Message in_;
  Message out_;
  SentMetadata headers_;
  SentMetadata trailing_;

  MemberCompletion<&ServerCall::OnArrived> on_arrived_{*this};
  MemberCompletion<&ServerCall::OnRequest> on_request_{*this};
  MemberCompletion<&ServerCall::OnClosed> on_closed_{*this};
  MemberCompletion<&ServerCall::OnSent> on_sent_{*this};
  MessageReader reader_{*this};
  MessageWriter writer_{*this};
  // Last: the frame in it uses all of the above.
  async::Scope frame_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_SERVER_CALL_H_
