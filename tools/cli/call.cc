#include "tools/cli/call.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "nlohmann/json.hpp"
#include "tools/cli/contracts.h"

namespace maru::cli {
namespace {

using google::protobuf::Message;

std::string ToJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = false;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : absl::StrCat("\"", status.ToString(), "\"");
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return message.ParseFromString(bytes);
}

// Waits for the one operation that is pending; false when it failed.
bool Finish(grpc::CompletionQueue& queue) {
  void* tag;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

class Invocation {
 public:
  Invocation(const CallArguments& arguments, const google::protobuf::MethodDescriptor& method)
      : arguments_(arguments),
        method_(method),
        stub_(grpc::CreateChannel(arguments.address, grpc::InsecureChannelCredentials())) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + arguments.timeout));
    if (!arguments.token.empty())
      context_.AddMetadata("authorization", absl::StrCat("Bearer ", arguments.token));
    if (!arguments.position.empty()) context_.AddMetadata("maru-position", arguments.position);
  }

  // Streams too: a generic unary call is a stream of one message each way.
  int Run(const Message& request) {
    const std::string path = absl::StrCat("/", method_.service()->full_name(), "/", method_.name());
    auto stream = stub_.PrepareCall(&context_, path, &queue_);
    stream->StartCall(nullptr);
    Finish(queue_);
    stream->WriteLast(ToBuffer(request.SerializeAsString()), grpc::WriteOptions(), nullptr);
    Finish(queue_);
    grpc::ByteBuffer buffer;
    const std::unique_ptr<Message> reply = NewMessage(method_.output_type());
    std::optional<std::string> last;
    while (true) {
      stream->Read(&buffer, nullptr);
      if (!Finish(queue_)) break;
      if (!FromBuffer(buffer, *reply)) break;
      last = ToJson(*reply);
      if (!arguments_.envelope) {
        std::printf("%s\n", last->c_str());
        std::fflush(stdout);
      }
    }
    grpc::Status status;
    stream->Finish(&status, nullptr);
    Finish(queue_);
    return arguments_.envelope ? PrintEnvelope(status, last) : PrintError(status);
  }

 private:
  nlohmann::json Describe(const grpc::Status& status) const {
    nlohmann::json error = {
        {"code", google::rpc::Code_Name(static_cast<google::rpc::Code>(status.error_code()))},
        {"message", status.error_message()}};
    google::rpc::Status full;
    full.ParseFromString(status.error_details());
    for (const google::protobuf::Any& detail : full.details()) {
      error["details"].push_back(nlohmann::json::parse(ToJson(detail), nullptr, false));
      google::rpc::ErrorInfo info;
      if (detail.UnpackTo(&info)) error["reason"] = info.reason();
    }
    return error;
  }

  int PrintEnvelope(const grpc::Status& status, const std::optional<std::string>& reply) const {
    nlohmann::json envelope = status.ok() ? nlohmann::json::object() : Describe(status);
    envelope["ok"] = status.ok();
    if (status.ok() && reply.has_value())
      envelope["reply"] = nlohmann::json::parse(*reply, nullptr, false);
    for (const auto* metadata :
         {&context_.GetServerInitialMetadata(), &context_.GetServerTrailingMetadata()}) {
      const auto found = metadata->find("maru-position");
      if (found != metadata->end())
        envelope["position"] = std::string(found->second.data(), found->second.size());
    }
    std::printf("%s\n",
                envelope.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return status.ok() ? 0 : 1;
  }

  int PrintError(const grpc::Status& status) const {
    if (status.ok()) return 0;
    std::fprintf(
        stderr, "%s\n",
        Describe(status).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return 1;
  }

  const CallArguments& arguments_;
  const google::protobuf::MethodDescriptor& method_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
};

}  // namespace

int Call(const CallArguments& arguments) {
  const auto method = FindMethod(arguments.deployment, arguments.method);
  if (!method.ok()) {
    std::fprintf(stderr, "%s\n", std::string(ToStd(method.status().message())).c_str());
    return 64;
  }
  if ((*method)->client_streaming()) {
    std::fprintf(stderr, "%s takes a stream of requests: use a generated client\n",
                 (*method)->full_name().c_str());
    return 64;
  }
  const std::unique_ptr<Message> request = NewMessage((*method)->input_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(arguments.json, request.get());
  if (!parsed.ok()) {
    std::fprintf(stderr, "the request is no %s: %s\n", (*method)->input_type()->full_name().c_str(),
                 parsed.ToString().c_str());
    return 64;
  }
  return Invocation(arguments, **method).Run(*request);
}

std::vector<Health> CheckHealth(const std::vector<std::string>& addresses, absl::Duration timeout) {
  struct Probe {
    std::unique_ptr<grpc::GenericStub> stub;
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  };
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Probe>> probes;
  for (const std::string& address : addresses) {
    auto probe = std::make_unique<Probe>();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 50);
    probe->stub = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    probe->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    probe->reader = probe->stub->PrepareUnaryCall(&probe->context, "/grpc.health.v1.Health/Check",
                                                  ToBuffer(""), &queue);
    probe->reader->StartCall();
    probe->reader->Finish(&probe->reply, &probe->status, nullptr);
    probes.push_back(std::move(probe));
  }
  for (size_t i = 0; i < probes.size(); ++i) Finish(queue);
  std::vector<Health> result;
  for (size_t i = 0; i < probes.size(); ++i) {
    grpc::health::v1::HealthCheckResponse reply;
    const bool answered = probes[i]->status.ok() && FromBuffer(probes[i]->reply, reply);
    result.push_back(
        {addresses[i],
         answered ? grpc::health::v1::HealthCheckResponse::ServingStatus_Name(reply.status())
                  : "down"});
  }
  return result;
}

}  // namespace maru::cli
