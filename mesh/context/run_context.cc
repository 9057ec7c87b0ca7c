#include "mesh/context/run_context.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/service/open_files.h"
#include "mesh/context/broker_bus.h"
#include "mesh/context/context_config.h"
#include "mesh/context/run.h"

namespace maru::mesh {

namespace {

async::Task<absl::StatusOr<std::unique_ptr<Serving>>> StartContext(Host& host,
                                                                   ContextOptions options,
                                                                   Context::Wire wire) {
  co_return co_await Context::Start(host, std::move(options), std::move(wire));
}

}  // namespace

int RunContext(int argc, char** argv, const ContextName& name, const Context::Wire& wire) {
  config::v1::ContextConfig config;
  std::string program =
      absl::StrCat("maru-", name.system, name.system.empty() ? "" : "-", name.context);
  return RunProgram({
      .sources = service::ConfigSources::FromMain(argc, argv, std::move(program), name.about),
      .rules = ContextRules(name.system, name.context),
      .config = config,
      .start =
          [&](Host& host, std::vector<std::string> warnings, std::function<void()> failed) {
            service::RaiseOpenFiles(config.limits().open_files());
            ContextOptions options;
            options.context = name.context;
            options.config = config;
            options.warnings = std::move(warnings);
            options.failed = std::move(failed);
            options.bus = ConnectBroker;
            return StartContext(host, std::move(options), wire);
          },
  });
}

}  // namespace maru::mesh
