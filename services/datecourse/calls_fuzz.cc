// Goal: whatever anybody sends to any method, a context answers within its contract and keeps its
// state whole (design.md, G8: bad input gets INVALID_ARGUMENT naming the field, never a crash).
//
// Strategy: the input is a sequence of calls as text (services/testing/calls.proto): method, actor,
// metadata, and a request or raw bytes. Each goes through the dispatch wrapper into the handler of
// a whole system (schedule, communication, review, viewpage, message) over stores in memory; the
// events of each call are heard by all who listen before the next one. The mutator appends calls of
// random methods that refer to what earlier calls made, and changes requests field by field.
//
// Invariants, after each call:
//   - the answer keeps the contract (call_checks.h): declared reason and code, fields that exist;
//   - a refused call, and a query, has changed no row of any context;
//   - a command that is repeated with its request_id gets its first answer and changes nothing;
//   - every event is heard without an error by everybody;
//   - a context keeps no more than in proportion to what was sent.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/log.h"
#include "common/base/strings.h"
#include "common/fuzz/proto_mutator.h"
#include "common/rpc/dispatcher.h"
#include "google/protobuf/stubs/logging.h"
#include "maru/options/v1/reasons.maru.h"
#include "services/datecourse/communication/policies.h"
#include "services/datecourse/communication/service.h"
#include "services/datecourse/review/policies.h"
#include "services/datecourse/review/service.h"
#include "services/datecourse/schedule/policies.h"
#include "services/datecourse/schedule/service.h"
#include "services/datecourse/viewpage/service.h"
#include "services/datecourse/viewpage/view.h"
#include "services/message/policies.h"
#include "services/message/service.h"
#include "services/testing/call_checks.h"
#include "services/testing/calls.pb.h"
#include "services/testing/direct_caller.h"
#include "services/testing/test_context.h"

namespace maru::datecourse {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using maru::store::PersistentMap;
using ::maru::testing::Call;
using ::maru::testing::Calls;
using ::maru::testing::TestContext;

constexpr int kMaxCalls = 64;

// The token is "<role>:<subject>".
class Tokens final : public rpc::Authenticator {
 public:
  absl::StatusOr<rpc::Authenticated> Authenticate(std::string_view token) override {
    const size_t colon = token.find(':');
    options::v1::Role role;
    const std::string name =
        absl::StrCat("ROLE_", absl::AsciiStrToUpper(ToAbsl(token.substr(0, colon))));
    // Subjects of real tokens are printable ASCII (common/rpc/identity).
    const bool is_id = std::all_of(token.begin(), token.end(), [](char c) {
      return absl::ascii_isgraph(static_cast<unsigned char>(c));
    });
    if (colon == token.npos || token.size() > 128 || !is_id ||
        !options::v1::Role_Parse(name, &role))
      return options::v1::errors::Unauthenticated("not a token");
    auto identity = std::make_shared<rpc::Identity>();
    identity->subject = std::string(token.substr(colon + 1));
    identity->roles.Add(role);
    return rpc::Authenticated{std::move(identity), absl::InfiniteFuture()};
  }
};

// One context behind its dispatch wrapper.
class Served {
 public:
  Served(async::ManualExecutor& executor, Logger& logger, prometheus::Registry& registry,
         TestContext& context, rpc::Service& service)
      : context_(context),
        service_(service),
        dispatcher_({.system = "datecourse", .domain = context.topic()},
                    {executor, random_, tokens_, logger, registry, &context.store()}) {
    dispatcher_.Register(service);
  }

  TestContext& context() { return context_; }
  rpc::Service& service() { return service_; }
  rpc::Reply Serve(const rpc::Inbound& inbound, const std::string& request) {
    return context_.Run(dispatcher_.OnUnary(inbound, request));
  }
  const rpc::MethodInfo* Find(std::string_view method) const {
    for (const auto& bound : service_.methods()) {
      if (bound->info().full_name == method) return &bound->info();
    }
    return nullptr;
  }

 private:
  TestContext& context_;
  rpc::Service& service_;
  Tokens tokens_;
  maru::store::SeededRandom random_;
  rpc::Dispatcher dispatcher_;
};

class System {
 public:
  System() {
    Hear(schedule_, schedule::AddPolicies);
    Hear(communication_, communication::AddPolicies);
    Hear(review_, review::AddPolicies);
    Hear(message_,
         [](events::Policies& on) { MARU_CHECK(message::AddPolicies("datecourse", on)); });
    viewpage::AddView(view_);
    viewpage_.Route(events::Routes::Of("datecourse", view_, 1));
    const std::pair<TestContext*, rpc::Service*> all[] = {{&schedule_, &schedules_},
                                                          {&communication_, &communications_},
                                                          {&review_, &reviews_},
                                                          {&viewpage_, &pages_},
                                                          {&message_, &messages_}};
    for (const auto& [context, service] : all) {
      served_.push_back(
          std::make_unique<Served>(executor_, logger_, registry_, *context, *service));
    }
  }

  const std::vector<std::unique_ptr<Served>>& served() const { return served_; }
  // The context that has the method; the first one where none has it.
  Served& Of(std::string_view method) {
    for (const auto& served : served_) {
      if (served->Find(method) != nullptr) return *served;
    }
    return *served_[0];
  }
  void Pause(uint32_t ms) { executor_.Advance(absl::Milliseconds(ms % 100'000)); }

  std::vector<PersistentMap> States() {
    std::vector<PersistentMap> states;
    for (const auto& served : served_) states.push_back(served->context().disk().Synced());
    return states;
  }

  // Everybody hears what was told, and what that makes others tell.
  void Deliver() {
    for (bool more = true; std::exchange(more, false);) {
      for (const auto& from : served_) {
        for (const event::v1::Event& event : from->context().Emitted()) {
          more = true;
          for (const auto& to : served_) MARU_CHECK(to->context().Hear(event).ok());
        }
      }
    }
  }

 private:
  template <class AddPolicies>
  static void Hear(TestContext& listener, AddPolicies add) {
    events::Policies policies;
    add(policies);
    listener.Route(events::Routes::Of("datecourse", policies));
  }

  async::ManualExecutor executor_;
  Logger logger_{STDERR_FILENO, LogLevel::kOff, "fuzz", executor_};
  prometheus::Registry registry_;
  TestContext schedule_{executor_, "datecourse", "schedule"};
  TestContext communication_{executor_, "datecourse", "communication"};
  TestContext review_{executor_, "datecourse", "review"};
  TestContext message_{executor_, "datecourse", "message"};
  TestContext viewpage_{executor_, "datecourse", "viewpage"};
  events::View view_;
  schedule::ScheduleService schedules_{schedule_.store()};
  communication::CommunicationService communications_{communication_.store()};
  maru::testing::DirectCaller to_schedule_{schedules_};
  review::ReviewService reviews_{review_.store(), to_schedule_};
  message::MessageService messages_{message_.store()};
  viewpage::ViewpageService pages_{viewpage_.store()};
  std::vector<std::unique_ptr<Served>> served_;
};

// --- State

bool SameRows(const PersistentMap& a, const PersistentMap& b) {
  const PersistentMap::Row* left = a.AtOrAfter("");
  const PersistentMap::Row* right = b.AtOrAfter("");
  while (left != nullptr && right != nullptr) {
    if (left->key != right->key || left->value != right->value) return false;
    left = a.AtOrAfter(left->key + '\0');
    right = b.AtOrAfter(right->key + '\0');
  }
  return left == right;
}

bool SameStates(const std::vector<PersistentMap>& a, const std::vector<PersistentMap>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameRows);
}

size_t BytesOf(const PersistentMap& rows) {
  size_t bytes = 0;
  for (const auto* row = rows.AtOrAfter(""); row != nullptr; row = rows.AtOrAfter(row->key + '\0'))
    bytes += row->key.size() + row->value.size();
  return bytes;
}

// --- Requests

// What earlier calls made: texts "$3" and "$3.token" in requests stand for it.
class Made {
 public:
  void Add(const std::string& method, const rpc::Reply& reply) {
    std::pair<std::string, std::string>& made = made_.emplace_back();
    if (!reply.status.ok()) return;
    const std::unique_ptr<Message> message(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(testing::FindMethod(method)->output_type())
            ->New());
    MARU_CHECK(message->ParseFromString(reply.message));
    made = {TextOf(*message, "id"), TextOf(*message, "next_page_token")};
  }

  void Resolve(Message& message) const {
    std::vector<const FieldDescriptor*> fields;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->is_repeated()) continue;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string text = reflection.GetString(message, field);
        if (Replace(text)) reflection.SetString(&message, field, std::move(text));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Resolve(*reflection.MutableMessage(&message, field));
      }
    }
  }

 private:
  static std::string TextOf(const Message& message, const char* name) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
  }
  bool Replace(std::string& text) const {
    absl::string_view name = text;
    size_t index = 0;
    if (!absl::ConsumePrefix(&name, "$")) return false;
    const bool token = absl::ConsumeSuffix(&name, ".token");
    if (!absl::SimpleAtoi(name, &index) || index >= made_.size()) return false;
    text = token ? made_[index].second : made_[index].first;
    return true;
  }

  // By call: id and next_page_token.
  std::vector<std::pair<std::string, std::string>> made_;
};

std::string RequestOf(const Call& call, const Made& made) {
  if (!call.has_request()) return call.raw();
  const std::string& url = call.request().type_url();
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      url.substr(url.rfind('/') + 1));
  if (type == nullptr) return call.request().value();
  const std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!request->ParseFromString(call.request().value())) return call.request().value();
  made.Resolve(*request);
  return request->SerializeAsString();
}

rpc::Inbound InboundOf(const Call& call) {
  rpc::Inbound inbound;
  inbound.method = call.method();
  inbound.peer = "fuzz";
  if (!call.actor().empty()) {
    inbound.metadata.Add("authorization", absl::StrCat("Bearer ", call.actor()));
  }
  for (const auto& header : call.headers()) inbound.metadata.Add(header.key(), header.value());
  return inbound;
}

// --- Checks

void CheckCall(const testing::CallChecks& checks, System& system, const Call& call, Made& made) {
  Served& served = system.Of(call.method());
  const rpc::MethodInfo* method = served.Find(call.method());
  const rpc::Inbound inbound = InboundOf(call);
  const std::string request = RequestOf(call, made);
  const std::vector<PersistentMap> before = system.States();
  const size_t bytes_before = BytesOf(served.context().disk().Synced());

  const rpc::Reply reply = served.Serve(inbound, request);
  if (const std::string problem = checks.Problem(call.method(), reply); !problem.empty()) {
    std::fprintf(stderr, "%s: %s: %s\n", call.method().c_str(), problem.c_str(),
                 reply.status.ToString().c_str());
    std::abort();
  }
  const std::vector<PersistentMap> after = system.States();
  const bool query = method != nullptr && method->idempotency == options::v1::IDEMPOTENCY_QUERY;
  if (!reply.status.ok() || query) MARU_CHECK(SameStates(before, after));
  // State, index, event, recorded reply and the request's own texts in each.
  MARU_CHECK(BytesOf(served.context().disk().Synced()) <=
             bytes_before + 16 * request.size() + 8192);

  if (reply.status.ok() && method->idempotency == options::v1::IDEMPOTENCY_REQUEST_ID &&
      reply.metadata.Find("maru-request-id").has_value()) {
    const rpc::Reply again = served.Serve(inbound, request);
    MARU_CHECK(again.status.ok() && again.message == reply.message);
    MARU_CHECK(SameStates(after, system.States()));
  }
  made.Add(call.method(), reply);
  system.Deliver();
}

// --- Mutation

std::vector<std::string> AllMethods() {
  System system;
  std::vector<std::string> methods;
  for (const auto& served : system.served()) {
    for (const auto& bound : served->service().methods()) {
      methods.emplace_back(bound->info().full_name);
    }
  }
  return methods;
}

// Makes ids refer to what `calls` earlier calls made, as people would.
void Refer(Message& message, size_t calls, fuzz::Generator& random) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count() && calls > 0; ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
        message.GetReflection()->HasField(message, &field)) {
      Refer(*message.GetReflection()->MutableMessage(&message, &field), calls, random);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
               (field.name() == "id" || field.name() == "schedule_id") && random() % 4 != 0) {
      message.GetReflection()->SetString(&message, &field, absl::StrCat("$", random() % calls));
    }
  }
}

void AddCall(Calls& calls, fuzz::Generator& random) {
  static const std::vector<std::string> methods = AllMethods();
  static constexpr const char* kActors[] = {"customer:kim", "customer:lee", "host:mina",
                                            "admin:root", "service:datecourse-review"};
  const auto earlier = static_cast<size_t>(calls.calls_size());
  Call& call = *calls.add_calls();
  call.set_method(methods[random() % methods.size()]);
  call.set_actor(kActors[random() % std::size(kActors)]);
  const std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(testing::FindMethod(call.method())->input_type())
          ->New());
  fuzz::Fill(*request, random);
  Refer(*request, earlier, random);
  call.mutable_request()->PackFrom(*request);
}

}  // namespace
}  // namespace maru::datecourse

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  maru::fuzz::Generator random(seed);
  maru::testing::Calls calls;
  if (random() % 3 != 0) return maru::fuzz::MutateText(data, size, max_size, seed, calls);
  if (!maru::fuzz::ParseText(data, size, calls)) calls.Clear();
  maru::datecourse::AddCall(calls, random);
  return maru::fuzz::PrintText(calls, data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data_a, size_t size_a,
                                            const uint8_t* data_b, size_t size_b, uint8_t* out,
                                            size_t max_size, unsigned seed) {
  maru::testing::Calls a;
  maru::testing::Calls b;
  return maru::fuzz::CrossOverText(data_a, size_a, data_b, size_b, out, max_size, seed, a, b);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace maru::datecourse;
  // protobuf would log every text that is no UTF-8.
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  static const maru::testing::CallChecks checks;
  Calls calls;
  if (!maru::fuzz::ParseText(data, size, calls) || calls.calls_size() > kMaxCalls) return 0;
  System system;
  Made made;
  for (const Call& call : calls.calls()) {
    system.Pause(call.pause_ms());
    CheckCall(checks, system, call, made);
  }
  return 0;
}
