#include "common/rpc/grpc/client_call.h"

#include <utility>

#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "common/rpc/service.h"

namespace maru::rpc {

void ClientCall::Abandon::operator()(ClientCall* call) const {
  // No effect on a call that is over.
  grpc_call_cancel(call->call_, nullptr);
  call->Release();
}

ClientCall::ClientCall(grpc_call* call, std::string_view target)
    : call_(call), target_(target), details_(grpc_empty_slice()) {
  Hold();
}

ClientCall::~ClientCall() {
  grpc_slice_unref(details_);
  grpc_call_unref(call_);
}

void ClientCall::StartUnary(std::string message) {
  out_ = Message(std::move(message));
  Batch batch;
  batch.SendInitialMetadata(headers_)
      .SendMessage(out_)
      .SendClose()
      .ReceiveInitialMetadata(initial_)
      .ReceiveMessage(in_)
      .ReceiveStatus(trailing_, code_, details_);
  finished_.Start(call_, batch);
}

void ClientCall::StartStream() {
  Batch batch;
  batch.SendInitialMetadata(headers_).ReceiveInitialMetadata(initial_).ReceiveStatus(
      trailing_, code_, details_);
  finished_.Start(call_, batch);
}

bool ClientCall::Unsent() const {
  // The transport sets the peer when it takes the call over; before that gRPC answers with the
  // target.
  char* const peer = grpc_call_get_peer(call_);
  const bool unsent = peer == target_;
  gpr_free(peer);
  return unsent;
}

absl::Status ClientCall::status() const {
  if (code_ == GRPC_STATUS_OK) return absl::OkStatus();
  absl::Status status = DecodeDetails(static_cast<absl::StatusCode>(code_), View(details_),
                                      trailing_.Find("grpc-status-details-bin"));
  if (code_ == GRPC_STATUS_UNAVAILABLE && Unsent()) return MarkUnsent(std::move(status));
  return status;
}

Reply ClientCall::TakeReply() {
  Reply reply;
  reply.status = status();
  initial_.AppendTo(reply.metadata);
  trailing_.AppendTo(reply.metadata);
  if (!reply.status.ok()) return reply;
  if (in_) {
    reply.message = std::string(Flat(in_).view());
  } else {
    reply.status = absl::InternalError("the server answered OK without a message");
  }
  return reply;
}

}  // namespace maru::rpc
