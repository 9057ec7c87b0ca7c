#include "tests/simulation/audit.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/saga/records.h"
#include "mesh/context/context_config.h"

namespace maru::simulation {

namespace {

absl::Status SagasHaveEnded(store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto sagas, saga::kSagas.Scan(reader, {}));
  if (sagas.empty()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("a saga has not ended: ", sagas.front().value.ShortDebugString()));
}

absl::StatusOr<bool> Audited(store::Reader& reader, const SimContext& context) {
  RETURN_IF_ERROR(SagasHaveEnded(reader));
  if (context.audit != nullptr) RETURN_IF_ERROR(context.audit(reader));
  return true;
}

}  // namespace

async::Task<std::string> Audit(World& world, const System& system) {
  std::string problems;
  for (const SimContext& context : system.contexts) {
    const std::string deployment = mesh::DeploymentOf(system.name, context.name);
    const auto audited = co_await world.store(deployment).Read([&context](store::Reader& reader) {
      return Audited(reader, context);
    });
    if (!audited.ok()) {
      absl::StrAppend(&problems, "[audit] ", deployment, ": ", audited.status().ToString(), "\n");
    }
  }
  co_return problems;
}

}  // namespace maru::simulation
