#include "mesh/context/context.h"

#include "common/base/status.h"
#include "common/store/rocksdb_backend.h"
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
          .shutdown = config.shutdown(),
          .log_fd = options.log_fd};
}

store::StoreOptions StoreOptionsOf(const ContextOptions& options) {
  const config::v1::ContextConfig& config = options.config;
  store::StoreOptions store;
  store.deployment = DeploymentOf(config.system(), options.context);
  store.topic = TopicOf(config.system(), options.context);
  store.max_queued = config.store().max_queued();
  store.idempotency_ttl = FromProto(config.store().idempotency_ttl());
  store.read_threads = static_cast<int>(config.store().read_threads());
  return store;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Context>> Context::Start(ContextOptions options, const Wire& wire) {
  std::unique_ptr<Context> context(new Context(std::move(options)));
  RETURN_IF_ERROR(context->Open());
  RETURN_IF_ERROR(context->process_->loop().BlockOn(context->Begin(wire)));
  return context;
}

absl::Status Context::Open() {
  ASSIGN_OR_RETURN(process_, Process::Start(ProcessOptionsOf(options_)));
  rpc::GrpcLoop& loop = process_->loop();
  std::unique_ptr<store::Backend> backend;
  if (options_.backend) {
    ASSIGN_OR_RETURN(backend, options_.backend(loop));
  } else {
    store::RocksDbOptions rocksdb;
    rocksdb.folder = options_.config.data();
    rocksdb.free_space_floor_bytes = options_.config.store().min_free_bytes();
    ASSIGN_OR_RETURN(backend, store::OpenRocksDb(std::move(rocksdb), loop));
  }
  ASSIGN_OR_RETURN(store_, store::Store::Open(StoreOptionsOf(options_), std::move(backend), loop,
                                              process_->random()));
  return absl::OkStatus();
}

async::Task<absl::Status> Context::Begin(const Wire& wire) {
  Process& process = *process_;
  const std::string deployment = DeploymentOf(options_.config.system(), options_.context);
  CO_ASSIGN_OR_RETURN(signer_,
                      rpc::ServiceSigner::Load(options_.config.keys(), deployment, process.loop()));
  bus_ = options_.bus(*this);
  peers_ = std::make_unique<Peers>(
      options_.config, process.loop(), process.random(), process.logger(), process.registry(),
      [this](std::string_view audience) { return signer_->TokenFor(audience); });
  wire(*this);

  journal_ = std::make_unique<LogJournal>(process.logger());
  EventRuntime::Options options{.system = options_.config.system(),
                                .context = options_.context,
                                .config = options_.config.events(),
                                .view_tables = view_tables_};
  events_ =
      std::make_unique<EventRuntime>(std::move(options),
                                     events::Environment{process.loop(), process.random(), *store_,
                                                         *bus_, *journal_, process.registry()},
                                     policies_, view_);
  CO_RETURN_IF_ERROR(co_await events_->Start());
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

void Context::Shutdown() {
  rpc::GrpcLoop& loop = process_->loop();
  loop.BlockOn(End());
  loop.RunHere([this] { Drop(); });
}

async::Task<void> Context::End() {
  Logger& logger = process_->logger();
  logger.Info("stopping");
  co_await process_->StopServing();
  co_await events_->StopSubscriptions();
  const Instant until = process_->loop().Now() + FromProto(options_.config.shutdown().flush());
  if (const absl::Status flushed = co_await events_->Flush(until); !flushed.ok()) {
    logger.Warning("events are left for the next start", {{"status", flushed.ToString()}});
  }
  logger.Info("stopped");
}

absl::Status Context::failure() {
  absl::Status failure;
  process_->loop().RunHere([&] { failure = store_->failure(); });
  return failure;
}

void Context::Drop() {
  tasks_.CancelAll();
  // Frames of calls refer to everything below.
  process_->DropServer();
  services_.clear();
  events_.reset();
  policies_ = {};
  view_ = {};
  kept_.clear();
  peers_.reset();
  bus_.reset();
  journal_.reset();
  signer_.reset();
  store_.reset();
}

Context::~Context() {
  if (process_ != nullptr) {
    process_->loop().RunHere([this] { Drop(); });
  }
}

}  // namespace maru::mesh
