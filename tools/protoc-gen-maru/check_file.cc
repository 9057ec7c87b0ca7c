#include "tools/protoc-gen-maru/checks.h"
#include "tools/protoc-gen-maru/policy.h"

namespace maru::gen {

void CheckFile(const google::protobuf::FileDescriptor& file, Diagnostics& diagnostics) {
  for (int i = 0; i < file.service_count(); ++i) CheckService(*file.service(i), diagnostics);
  for (int i = 0; i < file.enum_type_count(); ++i) CheckReasons(*file.enum_type(i), diagnostics);
  for (const google::protobuf::Descriptor* message : MessagesOf(file)) {
    CheckFields(*message, diagnostics);
    CheckEvent(*message, diagnostics);
    for (int i = 0; i < message->enum_type_count(); ++i) {
      CheckReasons(*message->enum_type(i), diagnostics);
    }
  }
}

}  // namespace maru::gen
