#include "mesh/broker/broker.h"

#include <utility>

#include "common/base/status.h"
#include "mesh/broker/engine.h"
#include "mesh/context/context_config.h"

namespace maru::broker {
namespace {

constexpr absl::Duration kCleanInterval = absl::Seconds(30);

mesh::ProcessOptions ProcessOptionsOf(const BrokerOptions& options) {
  const config::v1::BrokerConfig& config = options.config;
  return {.deployment = "broker",
          .system = "",
          .domain = "broker",
          .listen = config.listen(),
          .metrics = config.metrics(),
          .keys = config.keys(),
          .log = config.log(),
          .limits = config.limits(),
          .shutdown = config.shutdown()};
}

Log::Workers WorkersOf(mesh::Host& host) {
  async::Executor* const steps = host.disk_steps();
  if (steps == nullptr) return {std::make_unique<ThreadWorker>(), std::make_unique<ThreadWorker>()};
  return {std::make_unique<ExecutorWorker>(*steps), std::make_unique<ExecutorWorker>(*steps)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Broker>> Broker::Start(mesh::Host& host, BrokerOptions options) {
  std::unique_ptr<Broker> broker(new Broker(host, std::move(options)));
  RETURN_IF_ERROR(broker->Open());
  RETURN_IF_ERROR(broker->Begin());
  return broker;
}

absl::Status Broker::Open() {
  mesh::ProcessOptions process = ProcessOptionsOf(options_);
  process.metric_sources = {engine_metrics_};
  ASSIGN_OR_RETURN(process_, mesh::Process::Start(host_, std::move(process)));
  maru::store::RocksDbOptions rocksdb;
  rocksdb.folder = options_.config.data();
  ASSIGN_OR_RETURN(auto engine, host_.OpenBackend(EngineOptions(std::move(rocksdb))));
  const maru::store::Backend* const watched = engine.get();
  ASSIGN_OR_RETURN(
      log_, Log::Open({}, std::move(engine), host_.executor(), host_.random(), WorkersOf(host_)));
  engine_metrics_->Watch(watched);
  return absl::OkStatus();
}

absl::Status Broker::Begin() {
  mesh::Process& process = *process_;
  service_ = std::make_unique<BrokerService>(host_.executor(), *log_, ProtocolOptions{});
  admin_ = std::make_unique<BrokerAdminService>(host_.executor(), *log_, service_->coordinator());
  RETURN_IF_ERROR(process.Listen({service_.get(), admin_.get()}, nullptr));
  tasks_.Spawn(WatchLog());
  tasks_.Spawn(CleanNowAndThen());
  process.SetServing(true);
  for (const std::string& warning : options_.warnings) process.logger().Warning(warning);
  process.logger().Info("serving", {{"port", process.port()},
                                    {"metrics_port", process.metrics_port()},
                                    {"data", options_.config.data()},
                                    {"topics", log_->topics().size()}});
  return absl::OkStatus();
}

async::Task<void> Broker::WatchLog() {
  while (log_->failure().ok()) co_await log_->failed().Wait();
  process_->logger().Error("the log failed", {{"status", log_->failure().ToString()}});
  process_->SetServing(false);
  if (options_.failed) options_.failed();
}

async::Task<void> Broker::CleanNowAndThen() {
  while (true) {
    if (const absl::Status cleaned = co_await log_->Clean(); !cleaned.ok()) {
      process_->logger().Warning("cannot remove old records", {{"status", cleaned.ToString()}});
    }
    co_await host_.executor().Sleep(kCleanInterval);
  }
}

async::Task<void> Broker::Shutdown() {
  process_->logger().Info("stopping");
  // Streams are asked to finish before new connections are refused: they may commit and say so.
  process_->SetServing(false);
  const Instant until =
      host_.executor().Now() + mesh::FromProto(options_.config.shutdown().finish());
  co_await service_->Drain(until);
  co_await process_->StopServing();
  process_->logger().Info("stopped");
}

Broker::~Broker() {
  tasks_.CancelAll();
  // Frames of calls refer to everything below.
  if (process_ != nullptr) process_->DropServer();
  admin_.reset();
  service_.reset();
  engine_metrics_->Watch(nullptr);
  log_.reset();
}

}  // namespace maru::broker
