// The parts of a generated file. Each writes declarations (into the header) or definitions (into
// the source), inside of the contract's namespace, for everything of its kind in the file.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_EMIT_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_EMIT_H_

#include <set>
#include <string>

#include "google/protobuf/descriptor.h"

namespace maru::gen {

using google::protobuf::FileDescriptor;

// Services: handlers, method tables, clients.
std::string DeclareServices(const FileDescriptor& file);
std::string DefineServices(const FileDescriptor& file);

// Events: key and correlation id.
std::string DeclareEvents(const FileDescriptor& file);
std::string DefineEvents(const FileDescriptor& file);

// Messages: MaruValidate.
std::string DeclareValidation(const FileDescriptor& file);
std::string DefineValidation(const FileDescriptor& file);
// Other contracts whose MaruValidate is called, of fields and of requests: the generated headers to
// include.
std::set<std::string> ValidationIncludes(const FileDescriptor& file);

// Reasons: namespace errors.
std::string DeclareErrors(const FileDescriptor& file);
std::string DefineErrors(const FileDescriptor& file);

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_EMIT_H_
