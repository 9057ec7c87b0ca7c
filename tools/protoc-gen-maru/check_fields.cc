// Rules of fields.
#include <cstdint>
#include <limits>
#include <optional>
#include <regex>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/protoc-gen-maru/checks.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using options::v1::FieldRules;

// std::regex recurses once per character: longer texts could overflow a thread's stack.
constexpr uint32_t kMaxPatternLength = 1024;
constexpr uint32_t kUuidLength = 36;
constexpr int64_t kMaxPageSize = 1000;

// The field whose type the element rules (length, range, pattern, …) are about: the values of a
// map, else itself.
const FieldDescriptor& ElementOf(const FieldDescriptor& field) {
  return field.is_map() ? *field.message_type()->map_value() : field;
}

// Reports in terms of one field.
class FieldCheck {
 public:
  FieldCheck(const FieldDescriptor& field, Diagnostics& diagnostics)
      : field_(field), rules_(RulesOf(field)), diagnostics_(diagnostics) {}

  void Run() {
    if (IsOutputOnly(field_)) return Add("is OUTPUT_ONLY, so its rules would never be checked");
    CheckRequired();
    CheckItems();
    CheckLength();
    CheckText();
    CheckRange();
  }

 private:
  void Add(const std::string& text) {
    diagnostics_.Add(field_,
                     absl::StrCat(field_.containing_type()->name(), ".", field_.name(), " ", text));
  }
  FieldDescriptor::CppType type() const { return ElementOf(field_).cpp_type(); }
  bool IsString() const { return ElementOf(field_).type() == FieldDescriptor::TYPE_STRING; }

  void CheckRequired() {
    if (!rules_.required()) return;
    if (field_.real_containing_oneof() != nullptr)
      Add("is required, but a member of a oneof may always be absent");
    if (!field_.is_repeated() && type() == FieldDescriptor::CPPTYPE_BOOL &&
        !field_.has_presence()) {
      Add("is required, but false cannot be told from absent: make it optional");
    }
  }

  void CheckItems() {
    if (rules_.min_items() == 0 && rules_.max_items() == 0) return;
    if (!field_.is_repeated()) return Add("has min_items or max_items, but is not repeated");
    const uint32_t max = rules_.max_items() == 0 ? kDefaultMaxItems : rules_.max_items();
    if (rules_.min_items() > max)
      Add(absl::StrCat("has min_items ", rules_.min_items(), " above max_items ", max));
  }

  void CheckLength() {
    if (rules_.min_length() == 0 && rules_.max_length() == 0) return;
    if (type() != FieldDescriptor::CPPTYPE_STRING) {
      return Add("has min_length or max_length, but is neither string nor bytes");
    }
    uint32_t max = rules_.max_length();
    if (max == 0) max = IsString() ? kDefaultMaxLength : std::numeric_limits<uint32_t>::max();
    if (rules_.min_length() > max)
      Add(absl::StrCat("has min_length ", rules_.min_length(), " above max_length ", max));
  }

  void CheckText() {
    if (rules_.uuid()) {
      if (!IsString()) return Add("has the rule uuid, but is no string");
      if ((rules_.max_length() != 0 && rules_.max_length() < kUuidLength) ||
          rules_.min_length() > kUuidLength) {
        Add("has the rule uuid, but its length forbids one");
      }
    }
    if (!rules_.pattern().empty()) {
      if (!IsString()) return Add("has a pattern, but is no string");
      CheckPattern();
    }
  }

  void CheckPattern() {
    for (const unsigned char byte : rules_.pattern()) {
      if (!absl::ascii_isascii(byte))
        return Add("has a pattern beyond ASCII: it is matched byte by byte");
    }
    if (rules_.max_length() > kMaxPatternLength) {
      Add(absl::StrCat("has a pattern, so max_length must be at most ", kMaxPatternLength));
    }
    try {
      const std::regex compiled(rules_.pattern(), std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
      Add(absl::StrCat("has a pattern that is no ECMAScript regular expression: ", error.what()));
    }
  }

  void CheckRange() {
    if (!rules_.has_min() && !rules_.has_max()) return;
    int64_t lowest = std::numeric_limits<int64_t>::min();
    int64_t highest = std::numeric_limits<int64_t>::max();
    switch (type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        lowest = std::numeric_limits<int32_t>::min();
        highest = std::numeric_limits<int32_t>::max();
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        lowest = 0;
        highest = std::numeric_limits<uint32_t>::max();
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        lowest = 0;
        break;
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        break;
      default:
        return Add("has min or max, but is no number");
    }
    if (rules_.has_min() && (rules_.min() < lowest || rules_.min() > highest)) {
      Add(absl::StrCat("has min ", rules_.min(), ", which its type cannot hold"));
    }
    if (rules_.has_max() && (rules_.max() < lowest || rules_.max() > highest)) {
      Add(absl::StrCat("has max ", rules_.max(), ", which its type cannot hold"));
    }
    if (rules_.has_min() && rules_.has_max() && rules_.min() > rules_.max()) {
      Add(absl::StrCat("has min ", rules_.min(), " above max ", rules_.max()));
    }
  }

  const FieldDescriptor& field_;
  const FieldRules& rules_;
  Diagnostics& diagnostics_;
};

// Every list is paged alike (domain.md, "Get, list, delete"): a page has at most 1000 rows, a
// negative size is refused.
void CheckPageSize(const FieldDescriptor& field, Diagnostics& diagnostics) {
  const FieldRules& rules = RulesOf(field);
  if (field.type() != FieldDescriptor::TYPE_INT32 || field.is_repeated()) {
    diagnostics.Add(field,
                    absl::StrCat(field.containing_type()->name(), ".page_size is not an int32"));
  } else if (!rules.has_min() || rules.min() < 0 || !rules.has_max() ||
             rules.max() > kMaxPageSize) {
    diagnostics.Add(field, absl::StrCat(field.containing_type()->name(),
                                        ".page_size needs a min of at least 0 and a max of "
                                        "at most ",
                                        kMaxPageSize));
  }
}

}  // namespace

void CheckFields(const Descriptor& message, Diagnostics& diagnostics) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (HasRules(field)) FieldCheck(field, diagnostics).Run();
    if (field.name() == "page_size") CheckPageSize(field, diagnostics);
  }
}

}  // namespace maru::gen
