// maru-broker: the broker of a mesh.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/service/open_files.h"
#include "mesh/broker/broker.h"
#include "mesh/context/context_config.h"
#include "mesh/context/run.h"

namespace {

maru::async::Task<absl::StatusOr<std::unique_ptr<maru::mesh::Serving>>> StartBroker(
    maru::mesh::Host& host, maru::broker::BrokerOptions options) {
  co_return maru::broker::Broker::Start(host, std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  maru::config::v1::BrokerConfig config;
  return maru::mesh::RunProgram({
      .sources = maru::service::ConfigSources::FromMain(argc, argv, "maru-broker",
                                                        "the event broker of a mesh"),
      .rules = maru::mesh::BrokerRules(),
      .config = config,
      .start =
          [&](maru::mesh::Host& host, std::vector<std::string> warnings,
              std::function<void()> failed) {
            maru::service::RaiseOpenFiles(config.limits().open_files());
            return StartBroker(
                host,
                {.config = config, .warnings = std::move(warnings), .failed = std::move(failed)});
          },
  });
}
