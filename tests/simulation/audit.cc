#include "tests/simulation/audit.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/saga/records.h"
#include "common/store/snapshot_reader.h"
#include "mesh/context/context_config.h"

namespace maru::simulation {

namespace {

absl::Status Audited(store::Reader& reader, const SimContext& context) {
  RETURN_IF_ERROR(saga::CheckEnded(reader));
  return context.audit == nullptr ? absl::OkStatus() : context.audit(reader);
}

}  // namespace

std::string Audit(World& world, const System& system) {
  std::string problems;
  for (const SimContext& context : system.contexts) {
    const std::string deployment = mesh::DeploymentOf(system.name, context.name);
    store::SnapshotReader reader(world.machine(deployment).disk().Snap(), store::ReadTier::kAll);
    const absl::Status audited = Audited(reader, context);
    if (!audited.ok()) {
      absl::StrAppend(&problems, "[audit] ", deployment, ": ", audited.ToString(), "\n");
    }
  }
  return problems;
}

}  // namespace maru::simulation
