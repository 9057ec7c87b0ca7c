// What a contract must and must not say. Each check adds everything it finds; README.md lists the
// rules.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_CHECKS_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_CHECKS_H_

#include "google/protobuf/descriptor.h"
#include "tools/protoc-gen-maru/diagnostics.h"

namespace maru::gen {

// Policies of all methods of a service: each for itself, and breaker classes among each other.
void CheckService(const google::protobuf::ServiceDescriptor& service, Diagnostics& diagnostics);
// Rules of the fields of a message, without those of messages nested in it.
void CheckFields(const google::protobuf::Descriptor& message, Diagnostics& diagnostics);
// Does nothing for messages that are no events.
void CheckEvent(const google::protobuf::Descriptor& message, Diagnostics& diagnostics);
// Reasons of ErrorReason, and that no other enum has any.
void CheckReasons(const google::protobuf::EnumDescriptor& type, Diagnostics& diagnostics);

// All of the above for a file.
void CheckFile(const google::protobuf::FileDescriptor& file, Diagnostics& diagnostics);

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_CHECKS_H_
