#include <string>

#include "absl/strings/str_cat.h"
#include "tools/protoc-gen-maru/emit.h"
#include "tools/protoc-gen-maru/names.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::string Define(const std::string& function, const Descriptor& event,
                   const FieldDescriptor& field) {
  return absl::StrCat(
      Call(0, absl::StrCat("std::string_view ", function),
           {absl::StrCat("const ", TypeName(event, *event.file()), "& event")}, " {"),
      "  return event.", Accessor(field), "();\n}\n\n");
}

}  // namespace

std::string DeclareEvents(const FileDescriptor& file) {
  std::string code;
  for (const Descriptor* event : MessagesOf(file)) {
    if (!IsEvent(*event)) continue;
    const std::string parameter = absl::StrCat("const ", TypeName(*event, file), "& event");
    absl::StrAppend(&code, Comment(*event, 0));
    if (!PolicyOf(*event).key().empty()) {
      absl::StrAppend(&code, CommentLines(absl::StrCat(" Keyed by ", PolicyOf(*event).key(), ": ",
                                                       PolicyOf(*event).key_reason()),
                                          0));
    }
    absl::StrAppend(&code, Call(0, "std::string_view MaruEventKey", {parameter}, ";"),
                    Call(0, "std::string_view MaruEventCorrelationId", {parameter}, ";"), "\n");
  }
  return code;
}

std::string DefineEvents(const FileDescriptor& file) {
  std::string code;
  for (const Descriptor* event : MessagesOf(file)) {
    if (!IsEvent(*event)) continue;
    absl::StrAppend(&code, Define("MaruEventKey", *event, KeyOf(*event)),
                    Define("MaruEventCorrelationId", *event, CorrelationIdOf(*event)));
  }
  return code;
}

}  // namespace maru::gen
