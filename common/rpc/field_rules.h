// Field rules at run time: what generated MaruValidate functions are made of.
//
// A request that keeps its rules costs no allocation: a path is a chain of views on the stack and
// becomes text only when a rule is broken. Thread-safe: nothing here has state.
#ifndef MARU_COMMON_RPC_FIELD_RULES_H_
#define MARU_COMMON_RPC_FIELD_RULES_H_

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <regex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace maru::rpc {

// One broken rule of a request. `field` is a path: "schedule.title", "items[3].quantity".
struct FieldViolation {
  std::string field;
  std::string description;
};
using FieldViolations = std::vector<FieldViolation>;

// Most violations that are reported of one request, and the longest path in bytes: BadRequest
// travels in a trailer, and trailers above the metadata limit (32 KiB) would turn a helpful refusal
// into a broken call.
inline constexpr size_t kMaxViolations = 20;
inline constexpr size_t kMaxPathBytes = 256;

// Where a field is. Refers to its parent and to its name: both outlive it, as they do when it is an
// argument only.
class FieldPath {
 public:
  // The validated message itself; contributes nothing to the text.
  FieldPath() = default;
  // A field of the message at `parent`.
  FieldPath(const FieldPath& parent, std::string_view name) : parent_(&parent), name_(name) {}
  // An element of a repeated field, or a value of a map.
  template <std::integral Index>
  FieldPath(const FieldPath& parent, std::string_view name, Index index)
      : parent_(&parent), name_(name), key_(Widen(index)) {}
  FieldPath(const FieldPath& parent, std::string_view name, const std::string& key)
      : parent_(&parent), name_(name), key_(std::string_view(key)) {}
  FieldPath(const FieldPath& parent, std::string_view name, std::string&& key) = delete;

  // "items[3].quantity", "labels[\"색\"]"; cut at kMaxPathBytes.
  std::string ToString() const;

 private:
  using Key = std::variant<std::monostate, int64_t, uint64_t, std::string_view>;

  template <class Index>
  static Key Widen(Index index) {
    if constexpr (std::is_signed_v<Index>) {
      return static_cast<int64_t>(index);
    } else {
      return static_cast<uint64_t>(index);
    }
  }
  void AppendTo(std::string& text) const;

  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  Key key_;
};

// Reports a broken rule; silent beyond kMaxViolations.
void Violate(const FieldPath& path, std::string_view description, FieldViolations& violations);

// A regular expression (ECMAScript), compiled once. The generator has compiled it before:
// construction does not fail. Matches bytes: the generator allows ASCII patterns only.
class Pattern {
 public:
  explicit Pattern(const char* text) : text_(text), regex_(text, std::regex::ECMAScript) {}
  bool Matches(std::string_view value) const {
    return std::regex_match(value.begin(), value.end(), regex_);
  }
  const char* text() const { return text_; }

 private:
  const char* text_;
  std::regex regex_;
};

struct TextRules {
  bool required = false;
  // Code points; min_length, pattern and uuid are not checked on an empty text.
  uint32_t min_length = 0;
  uint32_t max_length = 256;
  bool uuid = false;
  const Pattern* pattern = nullptr;
  // An element of a list is there, so an empty one is checked like any other.
  bool element = false;
};
void CheckText(std::string_view value, const TextRules& rules, const FieldPath& path,
               FieldViolations& violations);

struct BytesRules {
  bool required = false;
  uint32_t min_length = 0;
  uint32_t max_length = std::numeric_limits<uint32_t>::max();
  bool element = false;
};
void CheckBytes(std::string_view value, const BytesRules& rules, const FieldPath& path,
                FieldViolations& violations);

struct NumberRules {
  static constexpr int64_t kNoMin = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoMax = std::numeric_limits<int64_t>::max();

  // Not 0.
  bool required = false;
  int64_t min = kNoMin;
  int64_t max = kNoMax;
};
void ViolateRange(const NumberRules& rules, const FieldPath& path, FieldViolations& violations);

// NaN is in no range.
template <class Number>
bool InRange(Number value, const NumberRules& rules) {
  if constexpr (std::is_floating_point_v<Number>) {
    return (rules.min == NumberRules::kNoMin || value >= static_cast<double>(rules.min)) &&
           (rules.max == NumberRules::kNoMax || value <= static_cast<double>(rules.max));
  } else {
    // A uint64 may be larger than any max that can be written down.
    return std::cmp_greater_equal(value, rules.min) &&
           (rules.max == NumberRules::kNoMax || std::cmp_less_equal(value, rules.max));
  }
}

template <class Number>
void CheckNumber(Number value, const NumberRules& rules, const FieldPath& path,
                 FieldViolations& violations) {
  if (rules.required && value == 0) {
    Violate(path, "required", violations);
  } else if (!InRange(value, rules)) {
    ViolateRange(rules, path, violations);
  }
}

struct EnumRules {
  // Not the unspecified value, 0.
  bool required = false;
};
// `known`: what the generated <Enum>_IsValid(value) says.
void CheckEnum(int value, bool known, const EnumRules& rules, const FieldPath& path,
               FieldViolations& violations);

struct ItemsRules {
  bool required = false;
  uint32_t min_items = 0;
  uint32_t max_items = 1000;
};
// Of a repeated field or a map. False: too many, so the elements are not worth looking at.
bool CheckItems(size_t count, const ItemsRules& rules, const FieldPath& path,
                FieldViolations& violations);

// Well-known types, as their own documentation limits them. A required mask names at least one
// path.
void CheckTime(const google::protobuf::Timestamp& value, const FieldPath& path,
               FieldViolations& violations);
void CheckSpan(const google::protobuf::Duration& value, const FieldPath& path,
               FieldViolations& violations);
void CheckMask(const google::protobuf::FieldMask& value, bool required, const FieldPath& path,
               FieldViolations& violations);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_FIELD_RULES_H_
