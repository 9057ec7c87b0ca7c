// Process: what every server of Maru consists of, whatever it serves: log, metrics, keys, and the
// server with health and reflection, on a host. Context builds a bounded context on it, the broker
// itself.
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
#include "common/rpc/dispatcher.h"
#include "common/rpc/health.h"
#include "common/rpc/identity/verifier.h"
#include "common/rpc/replay.h"
#include "common/rpc/service.h"
#include "common/rpc/transport.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/context/host.h"
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
};

// Executor's thread only.
class Process {
 public:
  // Shows metrics. `host` outlives the process. FAILED_PRECONDITION: the metrics address cannot be
  // listened on.
  static absl::StatusOr<std::unique_ptr<Process>> Start(Host& host, ProcessOptions options);
  // Cancels what is still served.
  ~Process() { DropServer(); }

  // Listens, with health NOT_SERVING. `services` and `replay` (may be null) outlive StopServing or
  // the process. Once. FAILED_PRECONDITION: the address cannot be listened on.
  absl::Status Listen(const std::vector<rpc::Service*>& services, rpc::ReplayLookup* replay);
  // What health answers. After Listen.
  void SetServing(bool serving);
  // NOT_SERVING, a pause for load balancers to notice, no new connections, calls under way finish
  // or are cancelled after their time.
  async::Task<void> StopServing();
  // Cancels every call and forgets the services: they may be destroyed afterwards. Harmless before
  // Listen.
  void DropServer();

  Host& host() { return host_; }
  async::Executor& executor() { return host_.executor(); }
  Random& random() { return host_.random(); }
  Logger& logger() { return logger_; }
  prometheus::Registry& registry() { return *registry_; }
  // The ports in use; the server's after Listen.
  int port() const { return port_; }
  int metrics_port() const { return metrics_port_; }

 private:
  Process(Host& host, ProcessOptions options);
  void AddReflection();

  Host& host_;
  const ProcessOptions options_;
  Logger logger_;
  const std::shared_ptr<prometheus::Registry> registry_;
  int metrics_port_ = 0;
  // Made by Listen, in this order.
  std::unique_ptr<rpc::Verifier> verifier_;
  std::unique_ptr<rpc::Health> health_;
  std::vector<std::unique_ptr<rpc::Service>> reflection_;
  std::unique_ptr<rpc::Dispatcher> dispatcher_;
  std::unique_ptr<rpc::Server> server_;
  int port_ = 0;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_PROCESS_H_
