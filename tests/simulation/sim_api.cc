#include "tests/simulation/sim_api.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "mesh/context/context_config.h"

namespace maru::simulation {

using workload::Outcome;

namespace {

// Without the leading slash.
std::string_view MethodOf(std::string_view path) {
  path.remove_prefix(1);
  return path;
}

rpc::CallOptions OptionsOf(const workload::CallOptions& options, Instant now) {
  rpc::CallOptions sent;
  sent.deadline = now + options.timeout;
  if (!options.token.empty()) {
    sent.metadata.Add("authorization", absl::StrCat("Bearer ", options.token));
  }
  if (!options.position.empty()) sent.metadata.Add("maru-position", options.position);
  return sent;
}

const google::protobuf::MethodDescriptor* DescriptorOf(std::string_view path) {
  std::string name(MethodOf(path));
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  MARU_CHECK(method != nullptr);
  return method;
}

std::string Readable(const google::protobuf::Descriptor* type, const std::string& bytes) {
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(bytes)) return "?";
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(*message, &text);
  return text;
}

std::string ReadableRequest(std::string_view path, const std::string& request) {
  return Readable(DescriptorOf(path)->input_type(), request);
}

std::string ReadableReply(std::string_view path, const rpc::Reply& reply) {
  if (!reply.status.ok()) {
    // Not all of the status: its details are in no order.
    return absl::StrCat(absl::StatusCodeToString(reply.status.code()), " ",
                        rpc::ReasonOf(reply.status), " ", reply.status.message());
  }
  return Readable(DescriptorOf(path)->output_type(), reply.message);
}

}  // namespace

SimApi::SimApi(World& world, const System& system)
    : world_(world),
      random_(world.NewSeed()),
      may_park_(world.rare().MayTake(async::Rare::kFailingEvent)) {
  for (const auto& machine : world.machines()) {
    if (machine->name().starts_with(mesh::DeploymentOf(system.name, ""))) {
      contexts_.push_back(machine->name());
    }
  }
}

rpc::Channel& SimApi::ChannelTo(std::string_view deployment) {
  const auto found = channels_.find(deployment);
  if (found != channels_.end()) return *found->second;
  const std::string name(deployment);
  std::unique_ptr<rpc::Channel>& channel = channels_[name];
  channel = world_.client_node().OpenChannel(world_.addresses().at(name));
  return *channel;
}

Outcome SimApi::OutcomeOf(const rpc::Reply& reply, Instant began) const {
  Outcome outcome;
  outcome.code = reply.status.code();
  outcome.message = ToStd(reply.status.message());
  outcome.info = rpc::ErrorInfoOf(reply.status).value_or(google::rpc::ErrorInfo());
  outcome.bad_request = rpc::BadRequestOf(reply.status).value_or(google::rpc::BadRequest());
  outcome.retry_delay = rpc::RetryDelayOf(reply.status);
  outcome.retry_after = reply.metadata.Find("retry-after").value_or("");
  outcome.position = reply.metadata.Find("maru-position").value_or("");
  outcome.took = world_.client().Now() - began;
  return outcome;
}

void SimApi::Remark(uint64_t call, std::string_view what, std::string_view path,
                    const std::string& more) {
  world_.trace().Remark(world_.Now(), {"client", what, absl::StrCat("#", call), path, more});
}

async::Task<Outcome> SimApi::Call(std::string_view deployment, std::string_view path,
                                  const std::string& request, workload::CallOptions options,
                                  std::string* reply) {
  const Instant began = world_.client().Now();
  rpc::Channel& channel = ChannelTo(deployment);
  rpc::CallOptions sent = OptionsOf(options, began);
  const uint64_t number = ++calls_;
  const bool aloud = world_.trace().keeps();
  if (aloud) Remark(number, "asks", path, ReadableRequest(path, request));
  rpc::Reply answer = co_await channel.Call(MethodOf(path), request, std::move(sent));
  if (aloud) Remark(number, "hears", path, ReadableReply(path, answer));
  *reply = std::move(answer.message);
  co_return OutcomeOf(answer, began);
}

async::Task<Outcome> SimApi::CallStream(std::string_view deployment, std::string_view path,
                                        const std::string& request, workload::CallOptions options,
                                        std::vector<std::string>* replies) {
  const Instant began = world_.client().Now();
  rpc::CallOptions sent = OptionsOf(options, began);
  const auto stream = ChannelTo(deployment).Open(MethodOf(path), std::move(sent));
  // An error says only that the call is over: Read tells why.
  (co_await stream->Write(request)).IgnoreError();
  (co_await stream->WritesDone()).IgnoreError();
  while (true) {
    absl::StatusOr<std::optional<std::string>> message = co_await stream->Read();
    if (message.ok() && message->has_value()) {
      replies->push_back(**std::move(message));
      continue;
    }
    co_return OutcomeOf({message.status(), {}, {}}, began);
  }
}

}  // namespace maru::simulation
