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

// The code that the contract in `package` declares for a reason; nullopt when it declares no such.
std::optional<int> DeclaredCode(const std::string& package, const std::string& reason) {
  const EnumDescriptor* reasons =
      DescriptorPool::generated_pool()->FindEnumTypeByName(absl::StrCat(package, ".ErrorReason"));
  if (reasons == nullptr) return std::nullopt;
  const auto* value = reasons->FindValueByName(absl::StrCat("ERROR_REASON_", reason));
  if (value == nullptr) return std::nullopt;
  return value->options().GetExtension(options::v1::reason).code();
}

// The same for whoever may have said it.
std::optional<int> DeclaredCode(const MethodDescriptor* method,
                                const google::rpc::ErrorInfo& info) {
  // The runtime's, also where nothing else of it is linked.
  options::v1::ErrorReason_descriptor();
  std::vector<std::string> packages = {"maru.options.v1"};
  if (method != nullptr) packages.push_back(method->file()->package());
  // "food.payment" is a deployment of payment.
  packages.push_back(absl::StrCat("maru.", info.domain(), ".v1"));
  packages.push_back(
      absl::StrCat("maru.", info.domain().substr(info.domain().find('.') + 1), ".v1"));
  for (const std::string& package : packages) {
    if (const auto code = DeclaredCode(package, info.reason()); code.has_value()) return code;
  }
  return std::nullopt;
}

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

std::string ProblemOfError(const MethodDescriptor* method, const rpc::Reply& reply,
                           bool peers_fail) {
  const absl::Status& status = reply.status;
  const std::optional<google::rpc::ErrorInfo> info = rpc::ErrorInfoOf(status);
  if (!info.has_value()) return "an error without a reason";
  if (info->domain().empty()) return "an error without a domain";
  if (!reply.metadata.Find("maru-trace-id").has_value()) return "an error without a trace id";
  if (IsFault(status.code()) && !(peers_fail && absl::IsUnavailable(status)))
    return "a fault of ours";
  const std::optional<int> declared = DeclaredCode(method, *info);
  if (!declared.has_value()) return "a reason that the contract does not declare";
  if (*declared != static_cast<int>(status.code())) return "not the code of its reason";
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

}  // namespace

std::string ProblemOf(std::string_view method, const rpc::Reply& reply, bool peers_fail) {
  const MethodDescriptor* found = FindMethod(method);
  if (!reply.status.ok()) return ProblemOfError(found, reply, peers_fail);
  if (found == nullptr) return "a method that does not exist answers";
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(found->output_type())
          ->New());
  return message->ParseFromString(reply.message) ? "" : "the reply is no message of its type";
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
