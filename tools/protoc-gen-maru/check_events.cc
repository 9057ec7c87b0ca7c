// Policies of events.
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/protoc-gen-maru/checks.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void CheckIdField(const Descriptor& event, const std::string& option, const std::string& name,
                  Diagnostics& diagnostics) {
  const FieldDescriptor* field = event.FindFieldByName(name);
  if (field == nullptr) {
    diagnostics.Add(event, absl::StrCat(option, " of ", event.name(), " names \"", name,
                                        "\", which is no field of it"));
  } else if (field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated()) {
    diagnostics.Add(event, absl::StrCat(option, " of ", event.name(), " names \"", name,
                                        "\", which is no string"));
  }
}

}  // namespace

void CheckEvent(const Descriptor& message, Diagnostics& diagnostics) {
  if (!IsEvent(message)) return;
  const options::v1::EventPolicy& policy = PolicyOf(message);
  if (message.containing_type() != nullptr) {
    diagnostics.Add(message,
                    absl::StrCat("event ", message.name(), " is nested in another message"));
  }
  if (policy.correlation_id().empty()) {
    diagnostics.Add(message, absl::StrCat("event ", message.name(), " declares no correlation_id"));
  } else {
    CheckIdField(message, "correlation_id", policy.correlation_id(), diagnostics);
  }
  if (!policy.key().empty()) {
    CheckIdField(message, "key", policy.key(), diagnostics);
    if (policy.key() == policy.correlation_id()) {
      diagnostics.Add(message, absl::StrCat("key of ", message.name(),
                                            " is the correlation_id anyway: leave it out"));
    }
    if (policy.key_reason().empty()) {
      diagnostics.Add(message,
                      absl::StrCat("event ", message.name(), " has a key but no key_reason"));
    }
  } else if (!policy.key_reason().empty()) {
    diagnostics.Add(message,
                    absl::StrCat("event ", message.name(), " has a key_reason but no key"));
  }
}

}  // namespace maru::gen
