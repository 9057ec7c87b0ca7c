#include "services/testing/call_checks.h"

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "google/protobuf/message.h"
#include "maru/options/v1/options.pb.h"
#include "maru/options/v1/reasons.pb.h"

namespace maru::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr char kRuntime[] = "maru.options.v1";
// Contracts of the system's contexts.
constexpr const char* kContracts[] = {
    kRuntime,
    "maru.datecourse.communication.v1",
    "maru.datecourse.review.v1",
    "maru.datecourse.schedule.v1",
    "maru.datecourse.viewpage.v1",
    "maru.message.v1",
};

// Reasons for which a caller can do nothing: something of ours failed.
bool IsFault(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

}  // namespace

CallChecks::CallChecks() {
  // The runtime's, also where nothing else of it is linked.
  options::v1::ErrorReason_descriptor();
  constexpr std::string_view kPrefix = "ERROR_REASON_";
  for (const char* package : kContracts) {
    const EnumDescriptor* reasons =
        DescriptorPool::generated_pool()->FindEnumTypeByName(absl::StrCat(package, ".ErrorReason"));
    for (int i = 0; reasons != nullptr && i < reasons->value_count(); ++i) {
      const google::protobuf::EnumValueDescriptor& value = *reasons->value(i);
      const options::v1::ReasonPolicy& policy = value.options().GetExtension(options::v1::reason);
      declared_[absl::StrCat(package, " ", value.name().substr(kPrefix.size()))] = policy.code();
    }
  }
}

std::string CallChecks::Problem(std::string_view method, const rpc::Reply& reply) const {
  const MethodDescriptor* found = FindMethod(method);
  if (!reply.status.ok()) return ProblemOfError(found, reply);
  if (found == nullptr) return "a method that does not exist answers";
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(found->output_type())
          ->New());
  return message->ParseFromString(reply.message) ? "" : "the reply is no message of its type";
}

std::string CallChecks::ProblemOfError(const MethodDescriptor* method,
                                       const rpc::Reply& reply) const {
  const absl::Status& status = reply.status;
  const std::optional<google::rpc::ErrorInfo> info = rpc::ErrorInfoOf(status);
  if (!info.has_value()) return "an error without a reason";
  if (info->domain().empty()) return "an error without a domain";
  if (!reply.metadata.Find("maru-trace-id").has_value()) return "an error without a trace id";
  if (IsFault(status.code())) return "a fault of ours";
  auto declared = declared_.find(absl::StrCat(kRuntime, " ", info->reason()));
  if (declared == declared_.end() && method != nullptr) {
    declared = declared_.find(absl::StrCat(method->file()->package(), " ", info->reason()));
  }
  if (declared == declared_.end()) return "a reason that the contract does not declare";
  if (declared->second != static_cast<int>(status.code())) return "not the code of its reason";
  const std::optional<google::rpc::BadRequest> bad = rpc::BadRequestOf(status);
  if ((info->reason() == "INVALID_FIELD") != bad.has_value()) return "INVALID_FIELD names no field";
  if (!bad.has_value()) return "";
  if (bad->field_violations().empty()) return "a BadRequest without a field";
  for (const auto& violation : bad->field_violations()) {
    const bool metadata = violation.field().starts_with("maru-");
    if (!metadata && !IsFieldPath(*method->input_type(), violation.field()))
      return absl::StrCat("no field of the request: ", violation.field());
  }
  return "";
}

const MethodDescriptor* FindMethod(std::string_view name) {
  return DescriptorPool::generated_pool()->FindMethodByName(
      absl::StrReplaceAll(ToAbsl(name), {{"/", "."}}));
}

bool IsFieldPath(const Descriptor& type, std::string_view path) {
  const Descriptor* at = &type;
  for (const absl::string_view part : absl::StrSplit(ToAbsl(path), '.')) {
    if (at == nullptr) return false;
    const FieldDescriptor* field = at->FindFieldByName(std::string(part.substr(0, part.find('['))));
    if (field == nullptr) return false;
    at = field->message_type();
  }
  return true;
}

}  // namespace maru::testing
