// The systems that can be simulated: what each consists of, and what people do to it.
#ifndef MARU_TESTS_SIMULATION_SYSTEMS_H_
#define MARU_TESTS_SIMULATION_SYSTEMS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/store/txn.h"
#include "mesh/context/context.h"
#include "tests/workload/api.h"
#include "tests/workload/system_load.h"

namespace maru::simulation {

// One context, as its main function makes it.
struct SimContext {
  // "schedule"
  std::string name;
  mesh::Context::Wire wire;
  // Of its configuration: short time limits, so that runs reach them.
  std::vector<std::string> flags = {};
  // What must hold of its store at rest beyond what its queries show. May be null.
  absl::Status (*audit)(store::Reader& reader) = nullptr;
};

struct System {
  // "datecourse"
  std::string name;
  std::vector<SimContext> contexts;
  std::unique_ptr<workload::SystemLoad> (*load)(workload::Api& api);
  // Whether an operator of the load sees to events that are parked, and to logs that lack their
  // beginning.
  bool has_operator = false;
};

// In the order of domain.md.
const std::vector<System>& Systems();

// The system of that name alone, or all for "all"; empty: there is no such system.
std::vector<const System*> SystemsNamed(std::string_view name);

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_SYSTEMS_H_
