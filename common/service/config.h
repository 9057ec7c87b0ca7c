// Configuration of a process: a message of proto/maru/config/v1, put together from flags,
// environment and a YAML file.
//
//   --shutdown.drain=2s   >   MARU_SHUTDOWN_DRAIN=2s   >   shutdown: {drain: 2s} in --config FILE
//   >   default
//
// Every bad value (unknown key, wrong type, broken rule, missing) is named in one error, each with
// where it came from, so that a configuration is repaired in one go. Not only in the layer that
// wins: a bad value is a mistake wherever it is.
#ifndef MARU_COMMON_SERVICE_CONFIG_H_
#define MARU_COMMON_SERVICE_CONFIG_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/service.h"
#include "google/protobuf/message.h"

namespace maru::service {

struct ConfigSources {
  // "maru-datecourse-review"
  std::string program;
  // One line about the program, for --help.
  std::string about;
  // The command line without the program's name.
  std::vector<std::string> flags;
  // Name and value; only MARU_… is looked at.
  std::vector<std::pair<std::string, std::string>> environment;

  static ConfigSources FromMain(int argc, char** argv, std::string program, std::string about);
};

struct LoadedConfig {
  // False after --help and --print-config: print `output` and end with success.
  bool run = true;
  std::string output;
  // Environment variables that look like a misspelt setting. Others named MARU_… are left alone:
  // Kubernetes makes some up for every service of a namespace.
  std::vector<std::string> warnings;
};

// Whose configuration it is, and what else it goes through, in this order, once all layers are
// applied.
struct ConfigRules {
  // What the program is called in `only_in` of a contract: "store", "food.store".
  std::vector<std::string> names;
  // Fills in what follows from other settings.
  std::function<void(google::protobuf::Message& config)> derive;
  // Appends what breaks the rules of the contract (generated MaruValidate) and any rule across
  // settings.
  std::function<void(const google::protobuf::Message& config, rpc::FieldViolations& violations)>
      check;
};

// Fills `config`. INVALID_ARGUMENT: the message lists all bad values, a line each.
absl::StatusOr<LoadedConfig> LoadConfig(const ConfigSources& sources, const ConfigRules& rules,
                                        google::protobuf::Message& config);

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_CONFIG_H_
