#include "common/rpc/grpc/server_call.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"

namespace maru::rpc {

namespace {

constexpr std::string_view kDetailsKey = "grpc-status-details-bin";
// Larger details would make the trailers exceed what peers accept (8 KiB is the smallest common
// limit, before base64).
constexpr size_t kMaxDetailsBytes = 4096;
constexpr size_t kMaxStatusMessageBytes = 1024;

absl::Status CallIsGone() { return absl::CancelledError("the call is gone"); }

// Too many calls at once, before anything is known of this one; the dispatcher refuses with the
// same reason.
constexpr ReasonInfo kOverloaded = {.code = absl::StatusCode::kResourceExhausted,
                                    .reason = "OVERLOADED",
                                    .message = "overloaded",
                                    .retry_delay = absl::Milliseconds(200)};

// What the client sees beside code and message. Illegal values cannot occur: one is base64, the
// other a number.
void AddErrorDetails(const absl::Status& status, SentMetadata& trailing) {
  const std::string details = EncodeDetails(status);
  if (details.size() <= kMaxDetailsBytes) MARU_CHECK(trailing.Add(kDetailsKey, details).ok());
  if (const auto delay = RetryDelayOf(status); delay.has_value()) {
    const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(*delay, absl::Seconds(1)));
    MARU_CHECK(
        trailing.Add("retry-after", ToStd(absl::StrCat(std::max<int64_t>(seconds, 1)))).ok());
  }
}

}  // namespace

ServerCall::~ServerCall() { MARU_CHECK(call_ == nullptr); }

void ServerCall::Request() {
  Hold();
  grpc_call_details_init(&details_);
  Completion* const tag = &on_arrived_;
  grpc_completion_queue* const queue = core_.loop().queue();
  MARU_CHECK(grpc_server_request_call(core_.server(), &call_, &details_, received_.Receive(), queue,
                                      queue, tag) == GRPC_CALL_OK);
}

void ServerCall::OnArrived(bool ok) {
  if (ok) {
    active_ = true;
    core_.OnArrived(*this);
    if (core_.handler() != nullptr) Serve();
  }
  grpc_call_details_destroy(&details_);
  Release();
}

void ServerCall::Serve() {
  FillInbound();
  if (core_.overloaded()) {
    Batch batch;
    batch.SendInitialMetadata(headers_);
    SendStatus(batch, MakeError(kOverloaded, {}));
    return;
  }
  is_stream_ = core_.handler()->IsStream(inbound_.method);
  Hold();
  if (!is_stream_) {
    Batch().ReceiveMessage(in_).Start(call_, on_request_);
    return;
  }
  Hold();
  Batch().ReceiveClose(cancelled_).Start(call_, on_closed_);
  Batch().SendInitialMetadata(headers_).Start(call_, on_sent_);
  frame_.Spawn(RunStream());
}

void ServerCall::FillInbound() {
  std::string_view method = View(details_.method);
  if (method.starts_with('/')) method.remove_prefix(1);
  inbound_.method.assign(method);
  inbound_.metadata = Metadata();
  received_.AppendTo(inbound_.metadata);
  inbound_.deadline = ToInstant(details_.deadline);
  char* const peer = grpc_call_get_peer(call_);
  inbound_.peer.assign(peer);
  gpr_free(peer);
}

void ServerCall::OnRequest(bool) {
  if (core_.handler() == nullptr) {
    // The server is gone.
  } else if (in_) {
    frame_.Spawn(RunUnary());
  } else {
    // Too large (gRPC has answered already and drops this status), cancelled, or no request at all.
    Batch batch;
    batch.SendInitialMetadata(headers_);
    SendStatus(batch, absl::InvalidArgumentError("the request message is missing"));
  }
  Release();
}

async::Task<void> ServerCall::RunUnary() {
  CallHold hold(*this);
  const Flat request(in_);
  Reply reply = co_await core_.handler()->OnUnary(inbound_, request.view());
  SendReply(std::move(reply));
}

async::Task<void> ServerCall::RunStream() {
  CallHold hold(*this);
  const absl::Status status = co_await core_.handler()->OnStream(inbound_, *this);
  // A write that the handler gave up may still be on its way.
  co_await writer_.Quiet();
  Batch batch;
  SendStatus(batch, status);
}

void ServerCall::SendReply(Reply reply) {
  // Headers reach callers of a gateway as HTTP headers; an error has trailers only.
  absl::Status status = std::move(reply.status);
  const absl::Status added = (status.ok() ? headers_ : trailing_).Add(reply.metadata);
  if (!added.ok()) {
    headers_.Clear();
    trailing_.Clear();
    status = absl::InternalError(added.message());
  }
  Batch batch;
  batch.SendInitialMetadata(headers_);
  if (status.ok()) {
    out_ = Message(std::move(reply.message));
    batch.SendMessage(out_);
  }
  SendStatus(batch, status);
}

void ServerCall::SendStatus(Batch& batch, const absl::Status& status) {
  if (!status.ok()) AddErrorDetails(status, trailing_);
  grpc_slice message = CopiedSlice(ToStd(status.message().substr(0, kMaxStatusMessageBytes)));
  batch.SendStatus(trailing_, static_cast<grpc_status_code>(status.raw_code()), &message);
  // A stream watches for its close since its start.
  if (!is_stream_) batch.ReceiveClose(cancelled_);
  Hold();
  batch.Start(call_, on_sent_);
  grpc_slice_unref(message);
}

void ServerCall::OnSent(bool) { Release(); }

void ServerCall::OnClosed(bool) {
  if (cancelled_ != 0) DestroyFrame();
  Release();
}

void ServerCall::DestroyFrame() {
  // The frame holds this call, perhaps as the last.
  CallHold hold(*this);
  frame_.CancelAll();
}

void ServerCall::OnReleased() {
  // Cancels what has no status yet.
  if (call_ != nullptr) grpc_call_unref(std::exchange(call_, nullptr));
  in_.Reset();
  out_.Reset();
  reader_.Reset();
  writer_.Reset();
  headers_.Clear();
  trailing_.Clear();
  is_stream_ = false;
  cancelled_ = 0;
  core_.OnFree(*this, std::exchange(active_, false));
}

async::Task<absl::StatusOr<std::optional<std::string>>> ServerCall::Read() {
  std::optional<std::string> message = co_await reader_.Read(call_);
  if (!message.has_value() && grpc_call_failed_before_recv_message(call_) != 0)
    co_return CallIsGone();
  co_return message;
}

async::Task<absl::Status> ServerCall::Write(std::string message) {
  const bool ok = co_await writer_.Write(call_, std::move(message));
  co_return ok ? absl::OkStatus() : CallIsGone();
}

void ServerCall::AddTrailing(std::string_view key, std::string value) {
  MARU_CHECK(trailing_.Add(key, value).ok());
}

}  // namespace maru::rpc
