#include "tools/protoc-gen-maru/policy.h"

#include "absl/strings/strip.h"
#include "google/api/field_behavior.pb.h"

namespace maru::gen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

void Collect(const Descriptor& message, std::vector<const Descriptor*>& messages) {
  if (message.options().map_entry()) return;
  messages.push_back(&message);
  for (int i = 0; i < message.nested_type_count(); ++i) Collect(*message.nested_type(i), messages);
}

}  // namespace

bool HasPolicy(const MethodDescriptor& method) {
  return method.options().HasExtension(options::v1::method);
}

const options::v1::MethodPolicy& PolicyOf(const MethodDescriptor& method) {
  return method.options().GetExtension(options::v1::method);
}

bool HasRules(const FieldDescriptor& field) {
  return field.options().HasExtension(options::v1::field);
}

const options::v1::FieldRules& RulesOf(const FieldDescriptor& field) {
  return field.options().GetExtension(options::v1::field);
}

bool IsOutputOnly(const FieldDescriptor& field) {
  const google::protobuf::FieldOptions& options = field.options();
  for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
    if (options.GetExtension(google::api::field_behavior, i) == google::api::OUTPUT_ONLY)
      return true;
  }
  return false;
}

bool IsEvent(const Descriptor& message) {
  return message.options().HasExtension(options::v1::event);
}

const options::v1::EventPolicy& PolicyOf(const Descriptor& event) {
  return event.options().GetExtension(options::v1::event);
}

const FieldDescriptor& KeyOf(const Descriptor& event) {
  if (PolicyOf(event).key().empty()) return CorrelationIdOf(event);
  return *event.FindFieldByName(PolicyOf(event).key());
}

const FieldDescriptor& CorrelationIdOf(const Descriptor& event) {
  return *event.FindFieldByName(PolicyOf(event).correlation_id());
}

bool HasReason(const EnumValueDescriptor& value) {
  return value.options().HasExtension(options::v1::reason);
}

const options::v1::ReasonPolicy& ReasonOf(const EnumValueDescriptor& value) {
  return value.options().GetExtension(options::v1::reason);
}

std::string WireName(const EnumValueDescriptor& value) {
  return std::string(absl::StripPrefix(value.name(), kReasonPrefix));
}

std::vector<const EnumValueDescriptor*> ReasonsOf(const FileDescriptor& file) {
  std::vector<const EnumValueDescriptor*> reasons;
  const EnumDescriptor* type = file.FindEnumTypeByName(kReasonEnum);
  if (type == nullptr) return reasons;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0) reasons.push_back(type->value(i));
  }
  return reasons;
}

std::vector<const Descriptor*> MessagesOf(const FileDescriptor& file) {
  std::vector<const Descriptor*> messages;
  for (int i = 0; i < file.message_type_count(); ++i) Collect(*file.message_type(i), messages);
  return messages;
}

absl::Duration ToAbsl(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace maru::gen
