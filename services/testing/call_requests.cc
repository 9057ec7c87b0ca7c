#include "services/testing/call_requests.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "maru/options/v1/options.pb.h"
#include "services/testing/call_checks.h"
#include "services/testing/test_context.h"

namespace maru::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;

std::unique_ptr<Message> New(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The text of the field; where there is no such field, that in the first row of a list.
std::string TextOf(const Message& message, const std::string& name) {
  const Reflection& reflection = *message.GetReflection();
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
      !field->is_repeated())
    return reflection.GetString(message, field);
  for (int i = 0; field == nullptr && i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& rows = *message.GetDescriptor()->field(i);
    if (rows.is_repeated() && rows.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
        reflection.FieldSize(message, &rows) > 0)
      return TextOf(reflection.GetRepeatedMessage(message, &rows, 0), name);
  }
  return "";
}

// --- New calls

template <class T>
T AnyOf(const std::vector<T>& choices, fuzz::Generator& random) {
  return choices[random() % choices.size()];
}

// Texts that mean something to more than one context, or to none.
std::string TextFor(const FieldDescriptor& field, size_t earlier, fuzz::Generator& random) {
  const options::v1::FieldRules& rules = field.options().GetExtension(options::v1::field);
  if (rules.uuid()) return absl::StrCat("0190c7a0-0000-7000-8000-00000000000", random() % 3);
  if (field.name() == "currency_code") return "KRW";
  const absl::string_view name = field.name();
  if (name == "id" || absl::EndsWith(name, "_id")) {
    if (earlier == 0 || random() % 4 == 0) return AnyOf<std::string>({"s1", "토지"}, random);
    const std::string reference = absl::StrCat("$", random() % earlier);
    return random() % 2 == 0 ? reference : absl::StrCat(reference, ".", field.name());
  }
  return AnyOf<std::string>({"한강 산책", "1.2", "0002", "1234-5678-9012-0001", "kim"}, random);
}

int64_t NumberFor(const FieldDescriptor& field, fuzz::Generator& random) {
  const options::v1::FieldRules& rules = field.options().GetExtension(options::v1::field);
  constexpr int64_t kNumbers[] = {1, 2, 5, 100, 9000, 2'000'000};
  const int64_t number = kNumbers[random() % std::size(kNumbers)];
  if (rules.has_max() && number > rules.max()) return rules.max();
  return rules.has_min() && number < rules.min() ? rules.min() : number;
}

void SetSingular(Message& message, const FieldDescriptor& field, size_t earlier,
                 fuzz::Generator& random);

// Sets what the contract requires, and some of the rest, to what it may allow.
void Complete(Message& message, size_t earlier, fuzz::Generator& random) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const options::v1::FieldRules& rules = field.options().GetExtension(options::v1::field);
    const bool required = rules.required() || rules.min_items() > 0;
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    // What a list leaves unset means more often than what it sets.
    if (!required && random() % (is_message ? 2 : 4) != 0) continue;
    if (!field.is_repeated()) {
      SetSingular(message, field, earlier, random);
    } else if (is_message) {
      Complete(*reflection.AddMessage(&message, &field), earlier, random);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection.AddString(&message, &field, TextFor(field, earlier, random));
    }
  }
}

// A path to each of some fields of the first message beside the mask.
void FillMask(const Message& message, FieldMask& mask, fuzz::Generator& random) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const Descriptor* row = message.GetDescriptor()->field(i)->message_type();
    if (row == nullptr || row == FieldMask::descriptor()) continue;
    for (int j = 0; j < row->field_count(); ++j) {
      if (random() % 2 == 0) mask.add_paths(row->field(j)->name());
    }
    return;
  }
}

void SetSingular(Message& message, const FieldDescriptor& field, size_t earlier,
                 fuzz::Generator& random) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, &field, TextFor(field, earlier, random));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, static_cast<int32_t>(NumberFor(field, random)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, NumberFor(field, random));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(
          &message, &field,
          field.enum_type()
              ->value(static_cast<int>(random() % field.enum_type()->value_count()))
              ->number());
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message& inner = *reflection.MutableMessage(&message, &field);
      if (field.message_type() == FieldMask::descriptor())
        return FillMask(message, static_cast<FieldMask&>(inner), random);
      return Complete(inner, earlier, random);
    }
    default:
      return;
  }
}

// Somebody who may call the method, three times out of four.
std::string ActorFor(const std::string& system, const MethodDescriptor& method,
                     fuzz::Generator& random) {
  static const auto& people =
      *new std::vector<std::string>{"customer:kim",    "customer:lee",  "host:mina", "cleaner:oh",
                                    "librarian:sujin", "owner:park@s1", "rider:jun", "admin:root"};
  const options::v1::MethodPolicy& policy = method.options().GetExtension(options::v1::method);
  if (policy.roles().empty() || random() % 4 == 0) return AnyOf(people, random);
  const int role = policy.roles(static_cast<int>(random() % policy.roles_size()));
  if (role == options::v1::ROLE_SERVICE && !policy.callers().empty()) {
    const std::string& caller = policy.callers(static_cast<int>(random() % policy.callers_size()));
    return absl::StrCat("service:", system, "-", caller);
  }
  std::vector<std::string> may;
  for (const std::string& who : people) {
    if (IdentityOf(who)->Is(static_cast<options::v1::Role>(role))) may.push_back(who);
  }
  return AnyOf(may.empty() ? people : may, random);
}

// Whether contexts alone may call it: people get there through those.
bool IsInternal(const MethodDescriptor& method) {
  const options::v1::MethodPolicy& policy = method.options().GetExtension(options::v1::method);
  return std::all_of(policy.roles().begin(), policy.roles().end(),
                     [](int role) { return role == options::v1::ROLE_SERVICE; });
}

}  // namespace

void Replies::Add(std::string_view method, const rpc::Reply& reply) {
  std::unique_ptr<Message>& added = replies_.emplace_back();
  if (!reply.status.ok()) return;
  added = New(FindMethod(method)->output_type());
  MARU_CHECK(added->ParseFromString(reply.message));
}

std::string Replies::RequestOf(const Call& call) const {
  if (!call.has_request()) return call.raw();
  const std::string& url = call.request().type_url();
  const Descriptor* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          url.substr(url.rfind('/') + 1));
  if (type == nullptr) return call.request().value();
  const std::unique_ptr<Message> request = New(type);
  if (!request->ParseFromString(call.request().value())) return call.request().value();
  Resolve(*request);
  return request->SerializeAsString();
}

void Replies::Resolve(Message& message) const {
  std::vector<const FieldDescriptor*> fields;
  const Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated()) {
      for (int i = 0; is_message && i < reflection.FieldSize(message, field); ++i)
        Resolve(*reflection.MutableRepeatedMessage(&message, field, i));
    } else if (is_message) {
      Resolve(*reflection.MutableMessage(&message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string text = reflection.GetString(message, field);
      if (Replace(text)) reflection.SetString(&message, field, std::move(text));
    }
  }
}

bool Replies::Replace(std::string& text) const {
  absl::string_view name = text;
  if (!absl::ConsumePrefix(&name, "$")) return false;
  const size_t dot = std::min(name.find('.'), name.size());
  size_t index = 0;
  if (!absl::SimpleAtoi(name.substr(0, dot), &index) || index >= replies_.size()) return false;
  const std::string field(dot == name.size() ? "id" : name.substr(dot + 1));
  text = replies_[index] == nullptr ? "" : TextOf(*replies_[index], field);
  return true;
}

void AddCall(const std::string& system, const std::vector<std::string>& methods, Calls& calls,
             fuzz::Generator& random) {
  const auto earlier = static_cast<size_t>(calls.calls_size());
  const std::string* name = &methods[random() % methods.size()];
  while (IsInternal(*FindMethod(*name)) && random() % 8 != 0)
    name = &methods[random() % methods.size()];
  const MethodDescriptor& method = *FindMethod(*name);
  Call& call = *calls.add_calls();
  call.set_method(*name);
  call.set_actor(ActorFor(system, method, random));
  const std::unique_ptr<Message> request = New(method.input_type());
  Complete(*request, earlier, random);
  if (random() % 8 == 0) fuzz::Fill(*request, random);
  call.mutable_request()->PackFrom(*request);
  if (random() % 4 == 0) call.set_pause_ms(static_cast<uint32_t>(random() % 60'000));
  if (random() % 8 == 0) call.set_peers(static_cast<Peers>(random() % Peers_ARRAYSIZE));
  call.set_hold_events(random() % 4 == 0);
}

}  // namespace maru::testing
