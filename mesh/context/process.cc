#include "mesh/context/process.h"

#include <utility>

#include "common/base/status.h"
#include "common/rpc/reflection.h"
#include "mesh/context/context_config.h"

namespace maru::mesh {

namespace {

LogLevel LevelOf(config::v1::LogLevel level) {
  switch (level) {
    case config::v1::LOG_LEVEL_DEBUG:
      return LogLevel::kDebug;
    case config::v1::LOG_LEVEL_WARNING:
      return LogLevel::kWarning;
    case config::v1::LOG_LEVEL_ERROR:
      return LogLevel::kError;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(Host& host, ProcessOptions options) {
  std::unique_ptr<Process> process(new Process(host, std::move(options)));
  std::vector<std::shared_ptr<prometheus::Collectable>> sources = process->options_.metric_sources;
  sources.push_back(process->registry_);
  ASSIGN_OR_RETURN(process->metrics_port_,
                   host.ShowMetrics(process->options_.metrics, std::move(sources)));
  return process;
}

Process::Process(Host& host, ProcessOptions options)
    : host_(host),
      options_(std::move(options)),
      logger_(host.log(), LevelOf(options_.log.level()), options_.deployment, host.executor()),
      registry_(std::make_shared<prometheus::Registry>()) {}

absl::Status Process::Listen(const std::vector<rpc::Service*>& services,
                             rpc::ReplayLookup* replay) {
  verifier_ = std::make_unique<rpc::Verifier>(
      rpc::VerifierOptions{.keys_folder = options_.keys, .deployment = options_.deployment},
      executor(), host_.OpenKeys());
  dispatcher_ = std::make_unique<rpc::Dispatcher>(
      rpc::DispatcherOptions{.system = options_.system,
                             .domain = options_.domain,
                             .max_unary = options_.limits.in_flight(),
                             .max_streams = options_.limits.streams(),
                             .log_ok = options_.log.calls()},
      rpc::DispatcherParts{.executor = executor(),
                           .random = random(),
                           .authenticator = *verifier_,
                           .logger = logger_,
                           .registry = *registry_,
                           .replay = replay});
  for (rpc::Service* service : services) dispatcher_->Register(*service);
  health_ = std::make_unique<rpc::Health>(executor(), dispatcher_->service_names());
  dispatcher_->Register(*health_);
  if (options_.limits.reflection()) AddReflection();
  // Room above the dispatcher's limits: for health, and for callers that have not sent their
  // request yet.
  const size_t max_calls = size_t{options_.limits.in_flight()} + options_.limits.streams() + 1024;
  ASSIGN_OR_RETURN(server_, host_.Listen(options_.listen, max_calls, *dispatcher_));
  port_ = server_->port();
  return absl::OkStatus();
}

void Process::AddReflection() {
  reflection_ = rpc::MakeReflection(dispatcher_->service_names());
  for (const std::unique_ptr<rpc::Service>& service : reflection_) dispatcher_->Register(*service);
}

void Process::SetServing(bool serving) { health_->SetServing(serving); }

async::Task<void> Process::StopServing() {
  SetServing(false);
  const absl::Duration drain = FromProto(options_.shutdown.drain());
  if (drain > absl::ZeroDuration()) co_await executor().Sleep(drain);
  health_->Shutdown();
  dispatcher_->EndWatches();
  co_await server_->Shutdown(executor().Now() + FromProto(options_.shutdown.finish()));
}

void Process::DropServer() {
  server_.reset();
  dispatcher_.reset();
  reflection_.clear();
  health_.reset();
  verifier_.reset();
}

}  // namespace maru::mesh
