// RunContext: the main function of a bounded context.
//
//   void Wire(mesh::Context& context) {
//     context.Serve(std::make_unique<ReviewService>(context.store(), context.Peer("schedule")));
//     AddPolicies(context.policies());
//   }
//
//   int main(int argc, char** argv) {
//     return mesh::RunContext(argc, argv, {"datecourse", "review", "reviews of courses"}, Wire);
//   }
#ifndef MARU_MESH_CONTEXT_RUN_CONTEXT_H_
#define MARU_MESH_CONTEXT_RUN_CONTEXT_H_

#include <string>

#include "mesh/context/context.h"

namespace maru::mesh {

// Which context a program is.
struct ContextName {
  // Empty for contexts that are deployed in several systems: then the configuration says which.
  std::string system;
  // "review"
  std::string context;
  // One line, for --help.
  std::string about;
};

// Configures from flags, environment and file, serves over RocksDB and the broker until it is told
// to stop, and returns the exit code (run.h).
int RunContext(int argc, char** argv, const ContextName& name, const Context::Wire& wire);

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_RUN_CONTEXT_H_
