#include "tests/harness/client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"

namespace maru::harness {
namespace {

constexpr int kReconnectMs = 100;
constexpr char kNotServing[] = "NOT_SERVING";

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  // A C++ channel without a call under way is looked after every 5 s only: reconnecting and hearing
  // that a server goes away would wait for that. Before gRPC reads it, which is when the first
  // channel is made.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "20", /*replace=*/1);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMs);
  // A connection of its own, not one that another Client of this process has already found broken.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

void Prepare(const CallOptions& options, grpc::ClientContext& context) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  if (!options.token.empty()) {
    context.AddMetadata("authorization", absl::StrCat("Bearer ", options.token));
  }
  if (!options.position.empty()) context.AddMetadata("maru-position", options.position);
}

std::string MetadataOf(const grpc::ClientContext& context, const char* key) {
  for (const auto* metadata :
       {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
    const auto found = metadata->find(key);
    if (found != metadata->end()) return std::string(found->second.data(), found->second.size());
  }
  return "";
}

Outcome OutcomeOf(const grpc::Status& status, const grpc::ClientContext& context,
                  absl::Duration took) {
  Outcome outcome;
  outcome.code = static_cast<absl::StatusCode>(status.error_code());
  outcome.message = status.error_message();
  outcome.took = took;
  outcome.position = MetadataOf(context, "maru-position");
  outcome.retry_after = MetadataOf(context, "retry-after");
  google::rpc::Status full;
  if (!full.ParseFromString(status.error_details())) return outcome;
  for (const google::protobuf::Any& detail : full.details()) {
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&retry)) {
      outcome.retry_delay = absl::Seconds(retry.retry_delay().seconds()) +
                            absl::Nanoseconds(retry.retry_delay().nanos());
    }
    if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&outcome.info);
    if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&outcome.bad_request);
  }
  return outcome;
}

// Waits for the one operation that is pending; false when it failed.
bool Finish(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

Client::Client(const std::string& address) : channel_(Connect(address)), stub_(channel_) {}

Outcome Client::Call(std::string_view path, const std::string& request, const CallOptions& options,
                     std::string* reply) {
  Outcome outcome = Send(path, request, options, reply);
  Count(outcome);
  return outcome;
}

Outcome Client::Send(std::string_view path, const std::string& request, const CallOptions& options,
                     std::string* reply) {
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  Prepare(options, context);
  const absl::Time began = absl::Now();
  const auto call = stub_.PrepareUnaryCall(&context, std::string(path), ToBuffer(request), &queue);
  call->StartCall();
  grpc::ByteBuffer buffer;
  grpc::Status status;
  call->Finish(&buffer, &status, nullptr);
  Finish(queue);
  if (status.ok()) *reply = ToBytes(buffer);
  return OutcomeOf(status, context, absl::Now() - began);
}

void Client::Count(const Outcome& outcome) {
  // Every error that a handler answers with has a reason; a server that starts or ends has this
  // one.
  const bool answered =
      outcome.ok() || (!outcome.reason().empty() && outcome.reason() != kNotServing);
  const absl::Time now = absl::Now();
  const MutexLock lock(mutex_);
  if (!answered) {
    ++availability_.unanswered;
    // Others may have been answered while this call waited.
    if (!silent_since_.has_value()) silent_since_ = std::max(now - outcome.took, last_answer_);
    return;
  }
  last_answer_ = now;
  if (!silent_since_.has_value()) return;
  availability_.longest_outage = std::max(availability_.longest_outage, now - *silent_since_);
  silent_since_.reset();
}

Availability Client::availability() const {
  const MutexLock lock(mutex_);
  return availability_;
}

Outcome Client::CallStream(std::string_view path, const std::string& request,
                           const CallOptions& options, std::vector<std::string>* replies) {
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  Prepare(options, context);
  const absl::Time began = absl::Now();
  const auto call = stub_.PrepareCall(&context, std::string(path), &queue);
  call->StartCall(nullptr);
  bool alive = Finish(queue);
  if (alive) {
    call->WriteLast(ToBuffer(request), grpc::WriteOptions(), nullptr);
    Finish(queue);
  }
  while (alive) {
    grpc::ByteBuffer buffer;
    call->Read(&buffer, nullptr);
    alive = Finish(queue);
    if (alive) replies->push_back(ToBytes(buffer));
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Finish(queue);
  return OutcomeOf(status, context, absl::Now() - began);
}

bool Client::Serving() {
  CallOptions options;
  options.timeout = absl::Seconds(1);
  std::string bytes;
  const grpc::health::v1::HealthCheckRequest request;
  if (!Send("/grpc.health.v1.Health/Check", request.SerializeAsString(), options, &bytes).ok()) {
    return false;
  }
  grpc::health::v1::HealthCheckResponse reply;
  return reply.ParseFromString(bytes) &&
         reply.status() == grpc::health::v1::HealthCheckResponse::SERVING;
}

}  // namespace maru::harness
