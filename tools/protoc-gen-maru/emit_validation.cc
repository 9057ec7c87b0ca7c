#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/protoc-gen-maru/emit.h"
#include "tools/protoc-gen-maru/names.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using options::v1::FieldRules;

// One value to check, in generated code: an accessor's result, an element of a list, a key or value
// of a map.
struct Value {
  const FieldDescriptor& type;
  const FieldRules& rules;
  // Whether emptiness breaks the rules. Always false for elements: `required` is about the list
  // then.
  bool required;
  bool element;
  std::string expression;
  // A braced FieldPath.
  std::string path;
};

// Types of other makers come without generated rules.
bool HasValidation(const Descriptor& message) {
  const std::string& package = message.file()->package();
  return !absl::StartsWith(package, "google.") && !absl::StartsWith(package, "grpc.");
}

std::string Rules(const std::vector<std::string>& members) {
  return absl::StrCat("{", absl::StrJoin(members, ", "), "}");
}

std::string Check(int indent, const std::string& function, const Value& value,
                  const std::string& rules) {
  return Call(indent, absl::StrCat("::maru::rpc::", function),
              {value.expression, rules, value.path, "violations"}, ";");
}

std::string CheckString(int indent, const Value& value) {
  std::vector<std::string> members;
  std::string code;
  if (value.required) members.push_back(".required = true");
  if (value.rules.min_length() > 0)
    members.push_back(absl::StrCat(".min_length = ", value.rules.min_length()));
  if (value.rules.max_length() > 0)
    members.push_back(absl::StrCat(".max_length = ", value.rules.max_length()));
  if (value.type.type() == FieldDescriptor::TYPE_BYTES) {
    if (members.empty()) return "";
    if (value.element) members.push_back(".element = true");
    return Check(indent, "CheckBytes", value, Rules(members));
  }
  if (value.rules.uuid()) members.push_back(".uuid = true");
  if (!value.rules.pattern().empty()) {
    const std::string name = absl::StrCat("k", UpperCamel(value.type.name()), "Pattern");
    members.push_back(absl::StrCat(".pattern = &", name));
    // Never destroyed: calls may still run while the process ends.
    absl::StrAppend(&code, std::string(static_cast<size_t>(indent), ' '),
                    "static const ::maru::rpc::Pattern& ", name, " = *new ::maru::rpc::Pattern(",
                    Literal(value.rules.pattern()), ");\n");
  }
  if (value.element) members.push_back(".element = true");
  return absl::StrCat(code, Check(indent, "CheckText", value, Rules(members)));
}

std::string CheckNumber(int indent, const Value& value) {
  std::vector<std::string> members;
  if (value.required) members.push_back(".required = true");
  if (value.rules.has_min()) members.push_back(absl::StrCat(".min = ", value.rules.min()));
  if (value.rules.has_max()) members.push_back(absl::StrCat(".max = ", value.rules.max()));
  return members.empty() ? "" : Check(indent, "CheckNumber", value, Rules(members));
}

std::string CheckEnum(int indent, const Value& value) {
  const std::string type = TypeName(*value.type.enum_type(), *value.type.file());
  return Call(indent, "::maru::rpc::CheckEnum",
              {value.expression, absl::StrCat(type, "_IsValid(", value.expression, ")"),
               Rules(value.required ? std::vector<std::string>{".required = true"}
                                    : std::vector<std::string>{}),
               value.path, "violations"},
              ";");
}

std::string CheckMessage(int indent, const Value& value) {
  const Descriptor& type = *value.type.message_type();
  const std::vector<std::string> arguments = {value.expression, value.path, "violations"};
  if (type.full_name() == "google.protobuf.Timestamp")
    return Call(indent, "::maru::rpc::CheckTime", arguments, ";");
  if (type.full_name() == "google.protobuf.Duration")
    return Call(indent, "::maru::rpc::CheckSpan", arguments, ";");
  if (type.full_name() == "google.protobuf.FieldMask") {
    return Check(indent, "CheckMask", value, value.required ? "true" : "false");
  }
  return HasValidation(type) ? Call(indent, "MaruValidate", arguments, ";") : "";
}

std::string CheckValue(int indent, const Value& value) {
  switch (value.type.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return CheckString(indent, value);
    case FieldDescriptor::CPPTYPE_ENUM:
      return CheckEnum(indent, value);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return CheckMessage(indent, value);
    case FieldDescriptor::CPPTYPE_BOOL:
      return "";
    default:
      return CheckNumber(indent, value);
  }
}

std::string PathOf(const FieldDescriptor& field, const std::string& index = "") {
  return absl::StrCat("{path, ", Literal(field.name()), index.empty() ? "" : ", ", index, "}");
}

std::string ItemsRules(const FieldRules& rules) {
  std::vector<std::string> members;
  if (rules.required()) members.push_back(".required = true");
  if (rules.min_items() > 0) members.push_back(absl::StrCat(".min_items = ", rules.min_items()));
  if (rules.max_items() > 0) members.push_back(absl::StrCat(".max_items = ", rules.max_items()));
  return Rules(members);
}

std::string CheckRepeated(const FieldDescriptor& field) {
  const std::string list = absl::StrCat("message.", Accessor(field), "()");
  std::string elements;
  std::string loop;
  if (field.is_map()) {
    const std::string path = PathOf(field, "key");
    static const FieldRules& no_rules = *new FieldRules();
    const std::string keys =
        CheckValue(6, {*field.message_type()->map_key(), no_rules, false, true, "key", path});
    const std::string values = CheckValue(
        6, {*field.message_type()->map_value(), RulesOf(field), false, true, "value", path});
    elements = keys + values;
    loop = values.empty() ? "    for (const auto& [key, _] : "
                          : "    for (const auto& [key, value] : ";
    absl::StrAppend(&loop, list, ") {\n");
  } else {
    const std::string element = absl::StrCat("message.", Accessor(field), "(i)");
    elements = CheckValue(6, {field, RulesOf(field), false, true, element, PathOf(field, "i")});
    loop = absl::StrCat("    for (int i = 0; i < message.", Accessor(field), "_size(); ++i) {\n");
  }
  const std::vector<std::string> arguments = {
      absl::StrCat(list, ".size()"), ItemsRules(RulesOf(field)), PathOf(field), "violations"};
  if (elements.empty()) return Call(2, "::maru::rpc::CheckItems", arguments, ";");
  return absl::StrCat(Call(2, "if (::maru::rpc::CheckItems", arguments, ") {"), loop, elements,
                      "    }\n  }\n");
}

std::string CheckSingular(const FieldDescriptor& field) {
  const FieldRules& rules = RulesOf(field);
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const bool is_mask =
      is_message && field.message_type()->full_name() == "google.protobuf.FieldMask";
  const bool is_text_or_enum = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
                               field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
  // Where a value tells by itself whether it is there (a text, an enum, a mask), absent and empty
  // are the same. A number with presence may be 0.
  const bool by_value = is_mask || is_text_or_enum || !field.has_presence();
  const Value value = {field,
                       rules,
                       rules.required() && by_value,
                       false,
                       absl::StrCat("message.", Accessor(field), "()"),
                       PathOf(field)};
  if (!field.has_presence() || (rules.required() && by_value)) return CheckValue(2, value);
  const std::string check = CheckValue(4, value);
  const std::string has = absl::StrCat("message.has_", Accessor(field), "()");
  const std::string missing =
      Call(4, "::maru::rpc::Violate", {PathOf(field), "\"required\"", "violations"}, ";");
  if (!rules.required())
    return check.empty() ? "" : absl::StrCat("  if (", has, ") {\n", check, "  }\n");
  if (check.empty()) return absl::StrCat("  if (!", has, ") {\n", missing, "  }\n");
  return absl::StrCat("  if (", has, ") {\n", check, "  } else {\n", missing, "  }\n");
}

std::vector<std::string> Signature(const Descriptor& message, bool named) {
  const std::string type = TypeName(message, *message.file());
  if (!named)
    return {absl::StrCat("const ", type, "&"), "const ::maru::rpc::FieldPath&",
            "::maru::rpc::FieldViolations&"};
  return {absl::StrCat("const ", type, "& message"), "const ::maru::rpc::FieldPath& path",
          "::maru::rpc::FieldViolations& violations"};
}

}  // namespace

std::string DeclareValidation(const FileDescriptor& file) {
  const std::vector<const Descriptor*> messages = MessagesOf(file);
  if (messages.empty()) return "";
  std::string code =
      "// Appends what breaks the rules of the contract. `path`: where the message is; {} at the "
      "top.\n";
  for (const Descriptor* message : messages) {
    absl::StrAppend(&code, Call(0, "void MaruValidate", Signature(*message, true), ";"));
  }
  return absl::StrCat(code, "\n");
}

std::string DefineValidation(const FileDescriptor& file) {
  std::string code;
  for (const Descriptor* message : MessagesOf(file)) {
    std::string body;
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor& field = *message->field(i);
      if (IsOutputOnly(field)) continue;
      absl::StrAppend(&body, field.is_repeated() ? CheckRepeated(field) : CheckSingular(field));
    }
    absl::StrAppend(&code, Call(0, "void MaruValidate", Signature(*message, !body.empty()),
                                body.empty() ? " {}" : " {"));
    absl::StrAppend(&code, body, body.empty() ? "\n" : "}\n\n");
  }
  return code;
}

std::set<std::string> ValidationIncludes(const FileDescriptor& file) {
  std::set<std::string> includes;
  const auto add = [&file, &includes](const Descriptor& type) {
    if (type.file() != &file && HasValidation(type))
      includes.insert(Output(*type.file(), ".maru.h"));
  };
  for (const Descriptor* message : MessagesOf(file)) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor& field = *message->field(i);
      const FieldDescriptor& value = field.is_map() ? *field.message_type()->map_value() : field;
      if (IsOutputOnly(field) || value.message_type() == nullptr) continue;
      add(*value.message_type());
    }
  }
  // Bound methods call the MaruValidate of their requests where they see one: without the header
  // they would not.
  for (int i = 0; i < file.service_count(); ++i) {
    for (int m = 0; m < file.service(i)->method_count(); ++m) {
      add(*file.service(i)->method(m)->input_type());
    }
  }
  return includes;
}

}  // namespace maru::gen
