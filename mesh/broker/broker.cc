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
          .shutdown = config.shutdown(),
          .log_fd = options.log_fd};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Broker>> Broker::Start(BrokerOptions options) {
  std::unique_ptr<Broker> broker(new Broker(std::move(options)));
  RETURN_IF_ERROR(broker->Open());
  absl::Status begun;
  broker->process_->loop().RunHere([&] { begun = broker->Begin(); });
  RETURN_IF_ERROR(begun);
  return broker;
}

absl::Status Broker::Open() {
  mesh::ProcessOptions process = ProcessOptionsOf(options_);
  process.metric_sources = {engine_metrics_};
  ASSIGN_OR_RETURN(process_, mesh::Process::Start(std::move(process)));
  maru::store::RocksDbOptions rocksdb;
  rocksdb.folder = options_.config.data();
  ASSIGN_OR_RETURN(auto engine, OpenEngine(std::move(rocksdb), process_->loop()));
  const maru::store::Backend* const watched = engine.get();
  Log::Workers workers{std::make_unique<ThreadWorker>(), std::make_unique<ThreadWorker>()};
  ASSIGN_OR_RETURN(log_, Log::Open({}, std::move(engine), process_->loop(), process_->random(),
                                   std::move(workers)));
  engine_metrics_->Watch(watched);
  return absl::OkStatus();
}

absl::Status Broker::Begin() {
  mesh::Process& process = *process_;
  service_ = std::make_unique<BrokerService>(process.loop(), *log_, ProtocolOptions{});
  admin_ = std::make_unique<BrokerAdminService>(process.loop(), *log_, service_->coordinator());
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
    co_await process_->loop().Sleep(kCleanInterval);
  }
}

void Broker::Shutdown() {
  process_->loop().BlockOn(End());
  process_->loop().RunHere([this] { Drop(); });
}

async::Task<bool> Broker::End() {
  process_->logger().Info("stopping");
  // Streams are asked to finish before new connections are refused: they may commit and say so.
  process_->SetServing(false);
  const Instant until =
      process_->loop().Now() + mesh::FromProto(options_.config.shutdown().finish());
  co_await service_->Drain(until);
  co_await process_->StopServing();
  process_->logger().Info("stopped");
  co_return true;
}

absl::Status Broker::failure() {
  absl::Status failure;
  process_->loop().RunHere([&] { failure = log_->failure(); });
  return failure;
}

void Broker::Drop() {
  tasks_.CancelAll();
  // Frames of calls refer to everything below.
  process_->DropServer();
  admin_.reset();
  service_.reset();
  engine_metrics_->Watch(nullptr);
  log_.reset();
}

Broker::~Broker() {
  if (process_ != nullptr) process_->loop().RunHere([this] { Drop(); });
}

}  // namespace maru::broker
