// Broker: the process around the log: server, admin, cleaning, ordered shutdown.
#ifndef MARU_MESH_BROKER_BROKER_H_
#define MARU_MESH_BROKER_BROKER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/broker/engine_metrics.h"
#include "mesh/broker/log/log.h"
#include "mesh/broker/service.h"
#include "mesh/context/host.h"
#include "mesh/context/process.h"

namespace maru::broker {

struct BrokerOptions {
  // Complete, as LoadConfig leaves it with BrokerRules.
  config::v1::BrokerConfig config;
  // Lines for the log at start.
  std::vector<std::string> warnings;
  // Called once when the broker cannot go on. May be null.
  std::function<void()> failed;
};

// Executor's thread only.
class Broker final : public mesh::Serving {
 public:
  // Opens the log, listens, and is SERVING when it returns. `host` outlives the broker.
  // FAILED_PRECONDITION: an address or the data folder is in use; DATA_LOSS, INTERNAL: the log is
  // damaged or cannot be read.
  static absl::StatusOr<std::unique_ptr<Broker>> Start(mesh::Host& host, BrokerOptions options);
  // Without Shutdown like a crash: what was acked stays.
  ~Broker() override;

  // NOT_SERVING, Drain to every stream, which then finish.
  async::Task<void> Shutdown() override;
  // Not OK once the log has failed.
  absl::Status failure() const override { return log_->failure(); }

  mesh::Process& process() { return *process_; }

 private:
  Broker(mesh::Host& host, BrokerOptions options) : host_(host), options_(std::move(options)) {}

  absl::Status Open();
  absl::Status Begin();
  async::Task<void> WatchLog();
  async::Task<void> CleanNowAndThen();

  mesh::Host& host_;
  const BrokerOptions options_;
  const std::shared_ptr<EngineMetrics> engine_metrics_ = std::make_shared<EngineMetrics>();
  // In the order in which they are made; the destructor goes backwards.
  std::unique_ptr<mesh::Process> process_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<BrokerService> service_;
  std::unique_ptr<BrokerAdminService> admin_;
  async::Scope tasks_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_BROKER_H_
