// RunProgram: the main function of every server: configuration, signals, exit codes.
#ifndef MARU_MESH_CONTEXT_RUN_H_
#define MARU_MESH_CONTEXT_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/service/config.h"
#include "google/protobuf/message.h"
#include "mesh/context/host.h"

namespace maru::mesh {

struct Program {
  service::ConfigSources sources;
  service::ConfigRules rules;
  // Filled before `start`; outlives the run.
  google::protobuf::Message& config;
  // Starts serving; called once, on the loop's thread, after `config` is filled. `warnings` are for
  // the log.
  std::function<async::Task<absl::StatusOr<std::unique_ptr<Serving>>>(
      Host& host, std::vector<std::string> warnings, std::function<void()> failed)>
      start;
};

// Runs until SIGTERM or SIGINT, or until it fails, and returns the exit code
// (common/service/exit_code.h). A second signal ends the process at once.
int RunProgram(Program program);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_RUN_H_
