#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/protoc-gen-maru/emit.h"
#include "tools/protoc-gen-maru/names.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::EnumValueDescriptor;

std::vector<std::string> Parameters(const EnumValueDescriptor& reason) {
  std::vector<std::string> parameters;
  for (const std::string& name : ReasonOf(reason).metadata()) {
    parameters.push_back(absl::StrCat("std::string_view ", Parameter(name)));
  }
  return parameters;
}

// "{{"schedule_id", schedule_id}}"
std::string Metadata(const EnumValueDescriptor& reason) {
  std::vector<std::string> pairs;
  for (const std::string& name : ReasonOf(reason).metadata()) {
    pairs.push_back(absl::StrCat("{", Literal(name), ", ", Parameter(name), "}"));
  }
  return absl::StrCat("{", absl::StrJoin(pairs, ", "), "}");
}

std::string Head(const EnumValueDescriptor& reason) {
  return absl::StrCat("::absl::Status ", UpperCamel(WireName(reason)));
}

// "kFailedPrecondition" of FAILED_PRECONDITION.
std::string StatusCode(google::rpc::Code code) {
  return absl::StrCat("::absl::StatusCode::k", UpperCamel(google::rpc::Code_Name(code)));
}

}  // namespace

std::string DeclareErrors(const FileDescriptor& file) {
  if (ReasonsOf(file).empty()) return "";
  std::string code = "namespace errors {\n\n";
  for (const EnumValueDescriptor* reason : ReasonsOf(file)) {
    absl::StrAppend(
        &code, Comment(*reason, 0),
        CommentLines(absl::StrCat(" ", google::rpc::Code_Name(ReasonOf(*reason).code()), "/",
                                  WireName(*reason), ". The caller: ", ReasonOf(*reason).advice()),
                     0),
        Call(0, Head(*reason), Parameters(*reason), ";"), "\n");
  }
  return absl::StrCat(code, "}  // namespace errors\n\n");
}

std::string DefineErrors(const FileDescriptor& file) {
  if (ReasonsOf(file).empty()) return "";
  std::string code = "namespace errors {\n\n";
  for (const EnumValueDescriptor* reason : ReasonsOf(file)) {
    const options::v1::ReasonPolicy& policy = ReasonOf(*reason);
    absl::StrAppend(
        &code, Call(0, Head(*reason), Parameters(*reason), " {"),
        "  static constexpr ::maru::rpc::ReasonInfo kReason = {\n",
        "      .code = ", StatusCode(policy.code()), ",\n",
        "      .reason = ", Literal(WireName(*reason)), ",\n",
        "      .message = ", Literal(policy.message()), ",\n",
        "      .retry_delay = ", DurationLiteral(ToAbsl(policy.retry_delay())), ",\n", "  };\n",
        Call(2, "return ::maru::rpc::MakeError", {"kReason", Metadata(*reason)}, ";"), "}\n\n");
  }
  return absl::StrCat(code, "}  // namespace errors\n\n");
}

}  // namespace maru::gen
