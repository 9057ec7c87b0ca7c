// Reads what contracts declare (maru/options/v1) off descriptors, with the defaults filled in.
#ifndef MARU_TOOLS_PROTOC_GEN_MARU_POLICY_H_
#define MARU_TOOLS_PROTOC_GEN_MARU_POLICY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "maru/options/v1/options.pb.h"

namespace maru::gen {

// Limits that hold where a contract says nothing (options.proto, FieldRules).
inline constexpr uint32_t kDefaultMaxLength = 256;
inline constexpr uint32_t kDefaultMaxItems = 1000;

bool HasPolicy(const google::protobuf::MethodDescriptor& method);
const options::v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor& method);

bool HasRules(const google::protobuf::FieldDescriptor& field);
const options::v1::FieldRules& RulesOf(const google::protobuf::FieldDescriptor& field);
// (google.api.field_behavior) = OUTPUT_ONLY: set by the server, so what a request says there is not
// looked at.
bool IsOutputOnly(const google::protobuf::FieldDescriptor& field);

bool IsEvent(const google::protobuf::Descriptor& message);
const options::v1::EventPolicy& PolicyOf(const google::protobuf::Descriptor& event);
// The field that holds the topic key, resp. the correlation id. Of a checked event.
const google::protobuf::FieldDescriptor& KeyOf(const google::protobuf::Descriptor& event);
const google::protobuf::FieldDescriptor& CorrelationIdOf(const google::protobuf::Descriptor& event);

bool HasReason(const google::protobuf::EnumValueDescriptor& value);
const options::v1::ReasonPolicy& ReasonOf(const google::protobuf::EnumValueDescriptor& value);
// The name on the wire: "REVIEW_CLOSED" for ERROR_REASON_REVIEW_CLOSED.
std::string WireName(const google::protobuf::EnumValueDescriptor& value);
// The values of the file's ErrorReason but the unspecified one; empty without such an enum.
std::vector<const google::protobuf::EnumValueDescriptor*> ReasonsOf(
    const google::protobuf::FileDescriptor& file);
inline constexpr char kReasonEnum[] = "ErrorReason";
inline constexpr char kReasonPrefix[] = "ERROR_REASON_";

// All messages of a file, nested ones after the one that holds them; no map entries.
std::vector<const google::protobuf::Descriptor*> MessagesOf(
    const google::protobuf::FileDescriptor& file);

absl::Duration ToAbsl(const google::protobuf::Duration& duration);

}  // namespace maru::gen

#endif  // MARU_TOOLS_PROTOC_GEN_MARU_POLICY_H_
