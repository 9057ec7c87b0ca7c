// Process: what every server of Maru consists of, whatever it serves: loop, randomness, log,
// metrics, keys, and the gRPC server with health and reflection. Context builds a bounded context
// on it, the broker itself.
//
// Several fit into one operating-system process and do not see each other.
#ifndef MARU_MESH_CONTEXT_PROCESS_H_
#define MARU_MESH_CONTEXT_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/base/log.h"
#include "common/base/os.h"
#include "common/rpc/dispatcher.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/health.h"
#include "common/rpc/identity/verifier.h"
#include "common/rpc/replay.h"
#include "common/rpc/service.h"
#include "common/rpc/transport.h"
#include "common/service/metrics_server.h"
#include "maru/config/v1/config.pb.h"
#include "prometheus/collectable.h"
#include "prometheus/registry.h"

namespace maru::mesh {

struct ProcessOptions {
  // "datecourse-review": in log lines, and the audience of contexts' tokens.
  std::string deployment;
  // "datecourse": whose contexts may call; empty for the broker.
  std::string system;
  // "datecourse.review": of ErrorInfo.
  std::string domain;
  std::string listen;
  std::string metrics;
  std::string keys;
  config::v1::LogConfig log;
  config::v1::LimitsConfig limits;
  config::v1::ShutdownConfig shutdown;
  // Served at the metrics address besides what is in the registry; read on another thread.
  std::vector<std::shared_ptr<prometheus::Collectable>> metric_sources = {};
  // Where log lines go.
  int log_fd = 2;
};

class Process {
 public:
  // Starts the loop and serves metrics. Not on a loop's thread. FAILED_PRECONDITION: the metrics
  // address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Process>> Start(ProcessOptions options);
  // Not on the loop's thread. Cancels what is still served.
  ~Process();

  // Listens, with health NOT_SERVING. `services` and `replay` (may be null) outlive StopServing or
  // the process. Loop's thread, once. FAILED_PRECONDITION: the address cannot be listened on.
  absl::Status Listen(const std::vector<rpc::Service*>& services, rpc::ReplayLookup* replay);
  // What health answers. Loop's thread, after Listen.
  void SetServing(bool serving);
  // NOT_SERVING, a pause for load balancers to notice, no new connections, calls under way finish
  // or are cancelled after their time. Loop's thread.
  async::Task<void> StopServing();
  // Cancels every call and forgets the services: they may be destroyed afterwards. Harmless before
  // Listen. Loop's thread.
  void DropServer();

  rpc::GrpcLoop& loop() { return loop_; }
  OsRandom& random() { return random_; }
  Logger& logger() { return logger_; }
  prometheus::Registry& registry() { return *registry_; }
  // The ports in use; of gRPC after Listen.
  int port() const { return port_; }
  int metrics_port() const { return metrics_->port(); }

 private:
  explicit Process(ProcessOptions options);
  void AddReflection();

  const ProcessOptions options_;
  OsRandom random_;
  rpc::GrpcLoop loop_;
  Logger logger_;
  const std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<service::MetricsServer> metrics_;
  // The loop's: made by Listen, in this order.
  std::unique_ptr<rpc::Verifier> verifier_;
  std::unique_ptr<rpc::Health> health_;
  std::vector<std::unique_ptr<rpc::Service>> reflection_;
  std::unique_ptr<rpc::Dispatcher> dispatcher_;
  std::unique_ptr<rpc::Server> server_;
  int port_ = 0;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_PROCESS_H_
