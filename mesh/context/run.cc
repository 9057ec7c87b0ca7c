#include "mesh/context/run.h"

#include <cstdio>
#include <utility>

#include "common/service/exit_code.h"
#include "common/service/stop_signals.h"
#include "mesh/context/grpc_host.h"

namespace maru::mesh {

namespace {

void Print(std::FILE* to, const std::string& text) {
  std::fprintf(to, "%s\n", text.c_str());
  std::fflush(to);
}

// Damaged data and a disk that fails are the store's; everything else is in the way of serving.
service::ExitCode ExitCodeOf(const absl::Status& status) {
  const bool store =
      status.code() == absl::StatusCode::kDataLoss || status.code() == absl::StatusCode::kInternal;
  return store ? service::kExitStoreFailed : service::kExitCannotServe;
}

}  // namespace

int RunProgram(Program program) {
  // First of all: threads inherit what is blocked.
  service::StopSignals signals;
  const absl::StatusOr<service::LoadedConfig> loaded =
      service::LoadConfig(program.sources, program.rules, program.config);
  if (!loaded.ok()) {
    Print(stderr, std::string(loaded.status().message()));
    return service::kExitBadConfig;
  }
  if (!loaded->run) {
    Print(stdout, loaded->output);
    return service::kExitOk;
  }

  const auto running = Hosted<Serving>::New(std::make_unique<GrpcHost>(), [&](Host& host) {
    return program.start(host, loaded->warnings, [&signals] { signals.WakeUp(); });
  });
  if (!running.ok()) {
    Print(stderr, program.sources.program + ": " + std::string(running.status().message()));
    return ExitCodeOf(running.status());
  }
  signals.Wait();
  signals.Release();
  // Whether it was a signal or the failure that woke us: after a failure of the store nothing can
  // be brought to an end.
  if (!(*running)->failure().ok()) return service::kExitStoreFailed;
  (*running)->Shutdown();
  return service::kExitOk;
}

}  // namespace maru::mesh
