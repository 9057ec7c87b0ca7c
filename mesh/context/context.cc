#include "mesh/context/context.h"

#include <utility>

#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "mesh/context/context_config.h"
#include "mesh/context/read_your_writes_service.h"

namespace maru::mesh {

namespace {

ProcessOptions ProcessOptionsOf(const ContextOptions& options) {
  const config::v1::ContextConfig& config = options.config;
  return {.deployment = DeploymentOf(config.system(), options.context),
          .system = config.system(),
          .domain = TopicOf(config.system(), options.context),
          .listen = config.listen(),
          .metrics = config.metrics(),
          .keys = config.keys(),
          .log = config.log(),
          .limits = config.limits(),
          .shutdown = config.shutdown()};
}

store::StoreOptions StoreOptionsOf(const ContextOptions& options, async::Executor* steps) {
  const config::v1::ContextConfig& config = options.config;
  store::StoreOptions store;
  store.deployment = DeploymentOf(config.system(), options.context);
  store.topic = TopicOf(config.system(), options.context);
  store.max_queued = config.store().max_queued();
  store.idempotency_ttl = FromProto(config.store().idempotency_ttl());
  store.read_threads = static_cast<int>(config.store().read_threads());
  store.steps = steps;
  return store;
}

saga::SagaOptions SagaOptionsOf(const ContextOptions& options) {
  saga::SagaOptions saga;
  saga.pending_limit = FromProto(options.config.saga().pending_limit());
  return saga;
}

}  // namespace

async::Task<absl::StatusOr<std::unique_ptr<Context>>> Context::Start(Host& host,
                                                                     ContextOptions options,
                                                                     Wire wire) {
  std::unique_ptr<Context> context(new Context(host, std::move(options)));
  CO_RETURN_IF_ERROR(context->Open());
  CO_RETURN_IF_ERROR(co_await context->Begin(wire));
  co_return context;
}

absl::Status Context::Open() {
  ASSIGN_OR_RETURN(process_, Process::Start(host_, ProcessOptionsOf(options_)));
  store::RocksDbOptions rocksdb;
  rocksdb.folder = options_.config.data();
  rocksdb.free_space_floor_bytes = options_.config.store().min_free_bytes();
  ASSIGN_OR_RETURN(std::unique_ptr<store::Backend> backend, host_.OpenBackend(std::move(rocksdb)));
  ASSIGN_OR_RETURN(
      store_, store::Store::Open(StoreOptionsOf(options_, host_.disk_steps()), std::move(backend),
                                 host_.executor(), host_.random()));
  return absl::OkStatus();
}

async::Task<absl::Status> Context::Begin(const Wire& wire) {
  Process& process = *process_;
  const std::string deployment = DeploymentOf(options_.config.system(), options_.context);
  const std::string key_folder = rpc::ServiceKeyFolder(options_.config.keys(), deployment);
  CO_ASSIGN_OR_RETURN(rpc::Es256PrivateKey key, host_.OpenKeys()->PrivateKey(key_folder));
  signer_ = std::make_unique<rpc::ServiceSigner>(deployment, std::move(key), host_.executor());
  bus_ = options_.bus(*this);
  peers_ = std::make_unique<Peers>(
      options_.config, host_, process.logger(), process.registry(),
      [this](std::string_view audience) { return signer_->TokenFor(audience); });
  journal_ = std::make_unique<LogJournal>(process.logger());
  const saga::Environment sagas{host_.executor(), host_.random(), *store_, *journal_,
                                process.registry()};
  timers_ = std::make_unique<saga::Timers>(sagas, saga::TimerOptions{});
  sagas_ = std::make_unique<saga::Sagas>(sagas, SagaOptionsOf(options_));
  wire(*this);

  EventRuntime::Options options{.system = options_.config.system(),
                                .context = options_.context,
                                .config = options_.config.events(),
                                .view_tables = view_tables_};
  events_ =
      std::make_unique<EventRuntime>(std::move(options),
                                     events::Environment{host_.executor(), host_.random(), *store_,
                                                         *bus_, *journal_, process.registry()},
                                     policies_, view_);
  CO_RETURN_IF_ERROR(co_await events_->Start());
  CO_RETURN_IF_ERROR(co_await sagas_->Start());
  timers_->Start();
  CO_RETURN_IF_ERROR(Listen());
  tasks_.Spawn(WatchStore());
  process.SetServing(true);
  for (const std::string& warning : options_.warnings) process.logger().Warning(warning);
  process.logger().Info("serving", {{"port", process.port()},
                                    {"metrics_port", process.metrics_port()},
                                    {"data", options_.config.data()}});
  co_return absl::OkStatus();
}

absl::Status Context::Listen() {
  std::vector<rpc::Service*> served;
  for (std::unique_ptr<rpc::Service>& service : services_) {
    service = WithReadYourWrites(std::move(service), [this](const rpc::CallContext& call) {
      return events_->WaitFor(call);
    });
    served.push_back(service.get());
  }
  services_.push_back(events_->MakeAdmin());
  served.push_back(services_.back().get());
  return process_->Listen(served, store_.get());
}

async::Task<void> Context::WatchStore() {
  while (store_->failure().ok()) co_await store_->failed().Wait();
  process_->logger().Error("the store failed", {{"status", store_->failure().ToString()}});
  process_->SetServing(false);
  if (options_.failed) options_.failed();
}

async::Task<void> Context::Shutdown() {
  Logger& logger = process_->logger();
  logger.Info("stopping");
  co_await process_->StopServing();
  co_await events_->StopSubscriptions();
  const Instant until = host_.executor().Now() + FromProto(options_.config.shutdown().flush());
  if (const absl::Status flushed = co_await events_->Flush(until); !flushed.ok()) {
    logger.Warning("events are left for the next start", {{"status", flushed.ToString()}});
  }
  logger.Info("stopped");
}

void Context::Drop() {
  tasks_.CancelAll();
  // Frames of calls refer to everything below.
  if (process_ != nullptr) process_->DropServer();
  services_.clear();
  events_.reset();
  sagas_.reset();
  timers_.reset();
  policies_ = {};
  view_ = {};
  kept_.clear();
  peers_.reset();
  bus_.reset();
  journal_.reset();
  signer_.reset();
  store_.reset();
}

Context::~Context() { Drop(); }

}  // namespace maru::mesh
