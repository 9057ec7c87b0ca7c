// What the configuration of a context or of the broker goes through besides its contract: defaults
// that follow from the deployment, and rules across settings.
#ifndef MARU_MESH_CONTEXT_CONTEXT_CONFIG_H_
#define MARU_MESH_CONTEXT_CONTEXT_CONFIG_H_

#include <string>
#include <string_view>

#include "common/service/config.h"
#include "google/protobuf/duration.pb.h"
#include "maru/config/v1/config.pb.h"

namespace maru::mesh {

// "datecourse-review": names the process, its data folder, its token subject and its metrics
// (design.md, deployment identity).
std::string DeploymentOf(std::string_view system, std::string_view context);
// "datecourse.review": its topic and ErrorInfo domain.
std::string TopicOf(std::string_view system, std::string_view context);

// `system`: of a program that belongs to one system; empty for those that are deployed in several
// (payment, message), which then must be told.
service::ConfigRules ContextRules(std::string system, std::string context);
service::ConfigRules BrokerRules();

absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_CONTEXT_CONFIG_H_
