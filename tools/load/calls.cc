#include "tools/load/calls.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <sys/random.h>

#include <array>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "nlohmann/json.hpp"
#include "tools/cli/contracts.h"

namespace maru::load {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kPersons = 100;
constexpr char kStore[] = "bench";
constexpr absl::Duration kTokenTtl = absl::Hours(2);
constexpr absl::Duration kDeadline = absl::Seconds(5);

// Random UUIDs (RFC 4122, version 4), cheaply: a load makes tens of thousands a second.
class RequestIds {
 public:
  RequestIds() {
    std::array<uint64_t, 4> seed;
    MARU_CHECK(getrandom(seed.data(), sizeof seed, 0) == sizeof seed);
    std::seed_seq sequence(seed.begin(), seed.end());
    random_.seed(sequence);
  }
  std::string Next() {
    const uint64_t high = random_();
    const uint64_t low = random_();
    return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", high >> 32, high >> 16 & 0xffff,
                           high & 0xfff, (low >> 48 & 0x3fff) | 0x8000, low & 0xffffffffffff);
  }

 private:
  std::mt19937_64 random_;
};

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// A string field of this name; null: there is none.
const FieldDescriptor* StringField(const Message& message, const std::string& name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool fits = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
                    !field->is_repeated();
  return fits ? field : nullptr;
}

absl::StatusOr<Metadata> SignedIn(const rpc::Es256PrivateKey& key, const std::string& role,
                                  const std::string& subject) {
  rpc::Person person;
  person.subject = subject;
  person.roles = {role};
  if (role == "owner") person.store_ids = {kStore};
  ASSIGN_OR_RETURN(const std::string token,
                   rpc::SignUserToken(key, person, absl::Now(), kTokenTtl));
  return Metadata{{"authorization", absl::StrCat("Bearer ", token)}};
}

// A method, who calls it, and the requests that they send in turn.
class Script {
 public:
  static absl::StatusOr<Script> Of(const Calls& calls) {
    Script script;
    ASSIGN_OR_RETURN(script.method_, cli::FindMethod(calls.deployment, calls.method));
    RETURN_IF_ERROR(script.Parse(calls.requests));
    ASSIGN_OR_RETURN(const rpc::Es256PrivateKey key,
                     rpc::LoadPrivateKey(rpc::UserKeyFolder(calls.keys_folder)));
    for (int i = 0; i < kPersons; ++i) {
      ASSIGN_OR_RETURN(Metadata metadata,
                       SignedIn(key, calls.role, absl::StrCat(calls.role, "-", i)));
      script.persons_.push_back(std::move(metadata));
    }
    return script;
  }

  std::string path() const {
    return absl::StrCat("/", method_->service()->full_name(), "/", method_->name());
  }
  size_t size() const { return requests_.size(); }
  const std::vector<Metadata>& persons() const { return persons_; }
  std::unique_ptr<Message> NewReply() const { return NewMessage(method_->output_type()); }
  // The n-th request, with a request_id of its own. Until the next call.
  Message& Request(uint64_t n) {
    Message& request = *requests_[n % requests_.size()];
    if (request_id_ != nullptr) {
      request.GetReflection()->SetString(&request, request_id_, ids_.Next());
    }
    return request;
  }

 private:
  absl::Status Parse(const std::string& json) {
    const auto array = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!array.is_array() || array.empty()) {
      return absl::InvalidArgumentError("the requests are no JSON array of some");
    }
    for (const nlohmann::json& item : array) {
      requests_.push_back(NewMessage(method_->input_type()));
      const auto parsed =
          google::protobuf::util::JsonStringToMessage(item.dump(), requests_.back().get());
      if (!parsed.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("no ", method_->input_type()->full_name(),
                                                       ": ", parsed.ToString(), ": ", item.dump()));
      }
    }
    request_id_ = StringField(*requests_.front(), "request_id");
    return absl::OkStatus();
  }

  const MethodDescriptor* method_ = nullptr;
  std::vector<std::unique_ptr<Message>> requests_;
  const FieldDescriptor* request_id_ = nullptr;
  std::vector<Metadata> persons_;
  RequestIds ids_;
};

// Blocking calls, one at a time.
class Caller {
 public:
  explicit Caller(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  // `position` comes out of metadata `maru-position`.
  absl::Status Call(const std::string& path, const Message& request, const Metadata& metadata,
                    Message& reply, std::string* position = nullptr) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    const grpc::Slice slice(request.SerializeAsString());
    const auto call = stub_.PrepareUnaryCall(&context, path, grpc::ByteBuffer(&slice, 1), &queue_);
    call->StartCall();
    grpc::ByteBuffer buffer;
    grpc::Status status;
    call->Finish(&buffer, &status, nullptr);
    void* tag;
    bool ok;
    queue_.Next(&tag, &ok);
    if (!status.ok()) {
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          absl::StrCat(path, ": ", status.error_message()));
    }
    grpc::Slice bytes;
    if (!buffer.DumpToSingleSlice(&bytes).ok() ||
        !reply.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()))) {
      return absl::InternalError("the reply cannot be decoded");
    }
    if (position != nullptr) *position = PositionOf(context);
    return absl::OkStatus();
  }

 private:
  static std::string PositionOf(const grpc::ClientContext& context) {
    for (const auto* metadata :
         {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
      const auto found = metadata->find("maru-position");
      if (found != metadata->end()) return std::string(found->second.data(), found->second.size());
    }
    return "";
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

// The query that shows what the command with this reply did.
absl::Status Ask(const VisibleLoad& load, const Message& reply, const std::string& position,
                 Message& query) {
  const FieldDescriptor* from = StringField(reply, load.reply_field);
  const FieldDescriptor* to = StringField(query, load.page_field);
  const FieldDescriptor* at = StringField(query, "position");
  if (from == nullptr || to == nullptr || at == nullptr) {
    return absl::InvalidArgumentError("no such fields in the command's reply or the query");
  }
  if (position.empty()) return absl::InternalError("the command's reply has no position");
  const std::string id = reply.GetReflection()->GetString(reply, from);
  query.GetReflection()->SetString(&query, to, id);
  query.GetReflection()->SetString(&query, at, position);
  return absl::OkStatus();
}

}  // namespace

absl::Status Prepare(const Calls& calls, UnaryLoad& load) {
  ASSIGN_OR_RETURN(Script parsed, Script::Of(calls));
  const auto script = std::make_shared<Script>(std::move(parsed));
  load.address = calls.address;
  load.method = script->path();
  load.metadata = script->persons();
  load.request = [script](uint64_t n) { return script->Request(n).SerializeAsString(); };
  return absl::OkStatus();
}

absl::StatusOr<std::string> CallEach(const Calls& calls) {
  ASSIGN_OR_RETURN(Script script, Script::Of(calls));
  Caller caller(calls.address);
  nlohmann::json replies = nlohmann::json::array();
  for (size_t n = 0; n < script.size(); ++n) {
    const std::unique_ptr<Message> reply = script.NewReply();
    RETURN_IF_ERROR(
        caller.Call(script.path(), script.Request(n), script.persons().front(), *reply));
    std::string json;
    const auto printed = google::protobuf::util::MessageToJsonString(*reply, &json);
    if (!printed.ok()) return absl::InternalError(printed.ToString());
    replies.push_back(nlohmann::json::parse(json));
  }
  return replies.dump();
}

absl::StatusOr<VisibleResult> RunVisibleLoad(const VisibleLoad& load) {
  ASSIGN_OR_RETURN(Script commands, Script::Of(load.commands));
  ASSIGN_OR_RETURN(Script page, Script::Of(load.page));
  Caller writer(load.commands.address);
  Caller reader(load.page.address);
  VisibleResult result;
  const absl::Time measure_from = absl::Now() + load.warm_up;
  const absl::Time until = measure_from + load.duration;
  const std::unique_ptr<Message> reply = commands.NewReply();
  const std::unique_ptr<Message> shows = page.NewReply();
  Message& query = page.Request(0);
  for (uint64_t n = 0; absl::Now() < until; ++n) {
    std::string position;
    const Message& command = commands.Request(n);
    const absl::Time began = absl::Now();
    RETURN_IF_ERROR(
        writer.Call(commands.path(), command, commands.persons().front(), *reply, &position));
    const absl::Time replied = absl::Now();
    RETURN_IF_ERROR(Ask(load, *reply, position, query));
    RETURN_IF_ERROR(reader.Call(page.path(), query, page.persons().front(), *shows));
    const absl::Time shown = absl::Now();
    if (began >= measure_from) {
      result.lag.Add(shown - replied);
      result.command.Add(replied - began);
    }
    absl::SleepFor(load.pause);
  }
  return result;
}

}  // namespace maru::load
