#include "mesh/context/run_context.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/service/open_files.h"
#include "mesh/context/context_config.h"
#include "mesh/context/run.h"

namespace maru::mesh {

int RunContext(int argc, char** argv, const ContextName& name, const Context::Wire& wire) {
  config::v1::ContextConfig config;
  std::string program =
      absl::StrCat("maru-", name.system, name.system.empty() ? "" : "-", name.context);
  return RunProgram({
      .sources = service::ConfigSources::FromMain(argc, argv, std::move(program), name.about),
      .rules = ContextRules(name.system, name.context),
      .config = config,
      .start = [&](const std::vector<std::string>& warnings,
                   std::function<void()> failed) -> absl::StatusOr<std::unique_ptr<Running>> {
        service::RaiseOpenFiles(config.limits().open_files());
        ContextOptions options;
        options.context = name.context;
        options.config = config;
        options.warnings = warnings;
        options.failed = std::move(failed);
        return Context::Start(std::move(options), wire);
      },
  });
}

}  // namespace maru::mesh
