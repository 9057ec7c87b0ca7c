// RunProgram: the main function of every server: configuration, signals, exit codes.
#ifndef MARU_MESH_CONTEXT_RUN_H_
#define MARU_MESH_CONTEXT_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/service/config.h"
#include "google/protobuf/message.h"

namespace maru::mesh {

// Something that serves until it is told to stop.
class Running {
 public:
  virtual ~Running() = default;
  // Ends in order; blocks. Main thread.
  virtual void Shutdown() = 0;
  // Not OK once it cannot go on. Main thread.
  virtual absl::Status failure() = 0;
};

struct Program {
  service::ConfigSources sources;
  service::ConfigRules rules;
  // Filled before `start`; outlives the run.
  google::protobuf::Message& config;
  // Starts serving. `warnings` are for the log. `failed` wakes the main thread up to look at
  // failure(); any thread, as long as the result lives.
  std::function<absl::StatusOr<std::unique_ptr<Running>>(const std::vector<std::string>& warnings,
                                                         std::function<void()> failed)>
      start;
};

// Runs until SIGTERM or SIGINT, or until it fails, and returns the exit code
// (common/service/exit_code.h). A second signal ends the process at once.
int RunProgram(Program program);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_RUN_H_
