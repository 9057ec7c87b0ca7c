// Contracts: finds services and methods in the descriptors that are linked into this program.
#ifndef MARU_TOOLS_CLI_CONTRACTS_H_
#define MARU_TOOLS_CLI_CONTRACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace maru::cli {

// The services that a deployment ("datecourse-schedule", "datecourse-message", "broker") serves.
std::vector<const google::protobuf::ServiceDescriptor*> ServicesOf(std::string_view deployment);

// By short name ("RegisterSchedule") or full ("maru.…Service/RegisterSchedule"). NOT_FOUND lists
// what there is.
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(std::string_view deployment,
                                                                     std::string_view name);

}  // namespace maru::cli

#endif  // MARU_TOOLS_CLI_CONTRACTS_H_
