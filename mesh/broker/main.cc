// maru-broker: the broker of a mesh.
#include <utility>

#include "common/service/open_files.h"
#include "mesh/broker/broker.h"
#include "mesh/context/context_config.h"
#include "mesh/context/run.h"

int main(int argc, char** argv) {
  using maru::mesh::Running;
  maru::config::v1::BrokerConfig config;
  return maru::mesh::RunProgram({
      .sources = maru::service::ConfigSources::FromMain(argc, argv, "maru-broker",
                                                        "the event broker of a mesh"),
      .rules = maru::mesh::BrokerRules(),
      .config = config,
      .start = [&](const std::vector<std::string>& warnings,
                   std::function<void()> failed) -> absl::StatusOr<std::unique_ptr<Running>> {
        maru::service::RaiseOpenFiles(config.limits().open_files());
        return maru::broker::Broker::Start(
            {.config = config, .warnings = warnings, .failed = std::move(failed)});
      },
  });
}
