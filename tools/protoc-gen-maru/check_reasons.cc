// Policies of error reasons.
#include <regex>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/protoc-gen-maru/checks.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using options::v1::ReasonPolicy;

void CheckCode(const EnumValueDescriptor& value, Diagnostics& diagnostics) {
  const ReasonPolicy& policy = ReasonOf(value);
  if (policy.code() == google::rpc::OK || !google::rpc::Code_IsValid(policy.code())) {
    diagnostics.Add(value, absl::StrCat(value.name(), " declares no error code"));
  }
  const absl::Duration delay = ToAbsl(policy.retry_delay());
  if (policy.has_retry_delay() && delay <= absl::ZeroDuration()) {
    diagnostics.Add(value, absl::StrCat("the retry_delay of ", value.name(), " is not positive"));
  }
  if (!policy.has_retry_delay() && (policy.code() == google::rpc::UNAVAILABLE ||
                                    policy.code() == google::rpc::RESOURCE_EXHAUSTED)) {
    diagnostics.Add(value, absl::StrCat(value.name(), " is ", google::rpc::Code_Name(policy.code()),
                                        ", so it needs a retry_delay"));
  }
}

void CheckTexts(const EnumValueDescriptor& value, Diagnostics& diagnostics) {
  static const std::regex& name_form = *new std::regex("[a-z][a-z0-9_]*");
  static const std::regex& reference = *new std::regex("\\{([^}]*)\\}");
  const ReasonPolicy& policy = ReasonOf(value);
  if (policy.message().empty())
    diagnostics.Add(value, absl::StrCat(value.name(), " has no message"));
  if (policy.advice().empty()) diagnostics.Add(value, absl::StrCat(value.name(), " has no advice"));
  std::set<std::string> names;
  for (const std::string& name : policy.metadata()) {
    if (!std::regex_match(name, name_form)) {
      diagnostics.Add(value, absl::StrCat("metadata \"", name, "\" of ", value.name(),
                                          " is not lower_snake_case"));
    }
    if (!names.insert(name).second) {
      diagnostics.Add(
          value, absl::StrCat("metadata \"", name, "\" of ", value.name(), " is declared twice"));
    }
  }
  const std::string& message = policy.message();
  for (std::sregex_iterator match(message.begin(), message.end(), reference), end; match != end;
       ++match) {
    if (!names.contains((*match)[1])) {
      diagnostics.Add(value, absl::StrCat("the message of ", value.name(), " uses ",
                                          (*match)[0].str(), ", which is not in its metadata"));
    }
  }
}

}  // namespace

void CheckReasons(const EnumDescriptor& type, Diagnostics& diagnostics) {
  const bool is_reasons = type.name() == kReasonEnum && type.containing_type() == nullptr;
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (!is_reasons) {
      if (HasReason(value)) {
        diagnostics.Add(value,
                        absl::StrCat(value.name(),
                                     " has a (maru.options.v1.reason) outside of a top-level enum ",
                                     kReasonEnum));
      }
      continue;
    }
    if (!absl::StartsWith(value.name(), kReasonPrefix)) {
      diagnostics.Add(value, absl::StrCat(value.name(), " does not start with ", kReasonPrefix));
    }
    if (value.number() == 0) {
      if (HasReason(value))
        diagnostics.Add(value, absl::StrCat(value.name(), " is never sent and has no reason"));
      continue;
    }
    if (!HasReason(value)) {
      diagnostics.Add(value, absl::StrCat(value.name(), " has no (maru.options.v1.reason)"));
      continue;
    }
    CheckCode(value, diagnostics);
    CheckTexts(value, diagnostics);
  }
}

}  // namespace maru::gen
