#include "common/rpc/field_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace maru::rpc {
namespace {

// Range of google.protobuf.Timestamp: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z
// (timestamp.proto).
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;
// Range of google.protobuf.Duration: about 10,000 years either way (duration.proto).
constexpr int64_t kLongestSeconds = 315576000000;
constexpr int32_t kNanos = 1000000000;

constexpr size_t kUuidBytes = 36;

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Of valid UTF-8; proto3 refuses other text when it parses.
size_t CodePoints(std::string_view text) {
  return text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), IsContinuation));
}

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidBytes) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

void CutAtCodePoint(std::string& text, size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && IsContinuation(text[bytes])) --bytes;
  text.resize(bytes);
}

}  // namespace

std::string FieldPath::ToString() const {
  std::string text;
  AppendTo(text);
  CutAtCodePoint(text, kMaxPathBytes);
  return text;
}

void FieldPath::AppendTo(std::string& text) const {
  if (parent_ == nullptr) return;
  parent_->AppendTo(text);
  if (text.size() > kMaxPathBytes) return;
  if (!text.empty()) text += '.';
  text += name_;
  if (const auto* index = std::get_if<int64_t>(&key_)) absl::StrAppend(&text, "[", *index, "]");
  if (const auto* index = std::get_if<uint64_t>(&key_)) absl::StrAppend(&text, "[", *index, "]");
  if (const auto* key = std::get_if<std::string_view>(&key_)) {
    absl::StrAppend(&text, "[\"", ToAbsl(*key), "\"]");
  }
}

void Violate(const FieldPath& path, std::string_view description, FieldViolations& violations) {
  if (violations.size() >= kMaxViolations) return;
  violations.push_back({path.ToString(), std::string(description)});
}

void CheckText(std::string_view value, const TextRules& rules, const FieldPath& path,
               FieldViolations& violations) {
  if (value.empty() && !rules.element) {
    if (rules.required) Violate(path, "required", violations);
    return;
  }
  // Bytes bound the code points from above, so short texts (nearly all) are not counted.
  if (value.size() > rules.max_length && CodePoints(value) > rules.max_length) {
    // Nothing below looks at a text of unbounded length.
    return Violate(path, absl::StrCat("must have at most ", rules.max_length, " characters"),
                   violations);
  }
  if (rules.min_length > 0 && CodePoints(value) < rules.min_length) {
    Violate(path, absl::StrCat("must have at least ", rules.min_length, " characters"), violations);
  }
  if (rules.uuid && !IsUuid(value)) Violate(path, "must be a UUID", violations);
  if (rules.pattern != nullptr && !rules.pattern->Matches(value)) {
    Violate(path, absl::StrCat("must match ", rules.pattern->text()), violations);
  }
}

void CheckBytes(std::string_view value, const BytesRules& rules, const FieldPath& path,
                FieldViolations& violations) {
  if (value.empty() && !rules.element) {
    if (rules.required) Violate(path, "required", violations);
    return;
  }
  if (value.size() > rules.max_length) {
    Violate(path, absl::StrCat("must have at most ", rules.max_length, " bytes"), violations);
  }
  if (value.size() < rules.min_length) {
    Violate(path, absl::StrCat("must have at least ", rules.min_length, " bytes"), violations);
  }
}

void ViolateRange(const NumberRules& rules, const FieldPath& path, FieldViolations& violations) {
  const bool has_min = rules.min != NumberRules::kNoMin;
  const bool has_max = rules.max != NumberRules::kNoMax;
  if (has_min && has_max) {
    Violate(path, absl::StrCat("must be from ", rules.min, " to ", rules.max), violations);
  } else if (has_min) {
    Violate(path, absl::StrCat("must be at least ", rules.min), violations);
  } else {
    Violate(path, absl::StrCat("must be at most ", rules.max), violations);
  }
}

void CheckEnum(int value, bool known, const EnumRules& rules, const FieldPath& path,
               FieldViolations& violations) {
  if (rules.required && value == 0) {
    Violate(path, "required", violations);
  } else if (!known) {
    Violate(path, "must be a known value", violations);
  }
}

bool CheckItems(size_t count, const ItemsRules& rules, const FieldPath& path,
                FieldViolations& violations) {
  if (rules.required && count == 0) {
    Violate(path, "required", violations);
  } else if (count < rules.min_items) {
    Violate(path, absl::StrCat("must have at least ", rules.min_items, " elements"), violations);
  } else if (count > rules.max_items) {
    Violate(path, absl::StrCat("must have at most ", rules.max_items, " elements"), violations);
    return false;
  }
  return true;
}

void CheckTime(const google::protobuf::Timestamp& value, const FieldPath& path,
               FieldViolations& violations) {
  if (value.seconds() < kFirstSecond || value.seconds() > kLastSecond || value.nanos() < 0 ||
      value.nanos() >= kNanos) {
    Violate(path, "must be a time of the years 1 to 9999", violations);
  }
}

void CheckSpan(const google::protobuf::Duration& value, const FieldPath& path,
               FieldViolations& violations) {
  const bool signs_differ =
      (value.seconds() > 0 && value.nanos() < 0) || (value.seconds() < 0 && value.nanos() > 0);
  if (value.seconds() < -kLongestSeconds || value.seconds() > kLongestSeconds ||
      value.nanos() <= -kNanos || value.nanos() >= kNanos || signs_differ) {
    Violate(path, "must be a duration of at most 10000 years", violations);
  }
}

void CheckMask(const google::protobuf::FieldMask& value, bool required, const FieldPath& path,
               FieldViolations& violations) {
  const ItemsRules rules{.required = required};
  if (!CheckItems(static_cast<size_t>(value.paths_size()), rules, path, violations)) return;
  for (int i = 0; i < value.paths_size(); ++i) {
    CheckText(value.paths(i), {.element = true}, {path, "paths", i}, violations);
  }
}

}  // namespace maru::rpc
