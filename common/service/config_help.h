// What --help and --print-config print.
#ifndef MARU_COMMON_SERVICE_CONFIG_HELP_H_
#define MARU_COMMON_SERVICE_CONFIG_HELP_H_

#include <string>
#include <vector>

#include "common/service/config.h"
#include "common/service/settings.h"
#include "google/protobuf/message.h"

namespace maru::service {

// Usage, and each setting with its shape, the comment of its contract and its default.
std::string HelpText(const ConfigSources& sources, const std::vector<Setting>& settings);

// The configuration as YAML that LoadConfig reads back.
std::string YamlText(const std::vector<Setting>& settings, const google::protobuf::Message& config);

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_CONFIG_HELP_H_
