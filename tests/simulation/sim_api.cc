#include "tests/simulation/sim_api.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"

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

}  // namespace

SimApi::SimApi(World& world) : world_(world), random_(world.NewSeed()) {
  for (const auto& machine : world.machines()) {
    if (machine->name() != "broker") contexts_.push_back(machine->name());
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

async::Task<Outcome> SimApi::Call(std::string_view deployment, std::string_view path,
                                  const std::string& request, workload::CallOptions options,
                                  std::string* reply) {
  const Instant began = world_.client().Now();
  rpc::Channel& channel = ChannelTo(deployment);
  rpc::CallOptions sent = OptionsOf(options, began);
  rpc::Reply answer = co_await channel.Call(MethodOf(path), request, std::move(sent));
  ++calls_;
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
