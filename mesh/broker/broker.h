// Broker: the process around the log: server, admin, cleaning, ordered shutdown.
#ifndef MARU_MESH_BROKER_BROKER_H_
#define MARU_MESH_BROKER_BROKER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/broker/engine_metrics.h"
#include "mesh/broker/log/log.h"
#include "mesh/broker/service.h"
#include "mesh/context/process.h"
#include "mesh/context/run.h"

namespace maru::broker {

struct BrokerOptions {
  // Complete, as LoadConfig leaves it with BrokerRules.
  config::v1::BrokerConfig config;
  // Lines for the log at start.
  std::vector<std::string> warnings;
  int log_fd = 2;
  // Called once when the broker cannot go on; on the loop's thread. May be null.
  std::function<void()> failed;
};

class Broker final : public mesh::Running {
 public:
  // Opens the log, listens, and is SERVING when it returns. Not on a loop's thread.
  // FAILED_PRECONDITION: an address or the data folder is in use; DATA_LOSS, INTERNAL: the log is
  // damaged or cannot be read.
  static absl::StatusOr<std::unique_ptr<Broker>> Start(BrokerOptions options);
  // Without Shutdown like a crash: what was acked stays.
  ~Broker() override;

  // NOT_SERVING, Drain to every stream, which then finish; then the log is closed. Not on the
  // loop's thread.
  void Shutdown() override;
  // Not OK once the log has failed: the process should end. Not on the loop's thread.
  absl::Status failure() override;

  mesh::Process& process() { return *process_; }

 private:
  explicit Broker(BrokerOptions options) : options_(std::move(options)) {}

  absl::Status Open();
  // On the loop's thread.
  absl::Status Begin();
  async::Task<bool> End();
  async::Task<void> WatchLog();
  async::Task<void> CleanNowAndThen();
  void Drop();

  const BrokerOptions options_;
  const std::shared_ptr<EngineMetrics> engine_metrics_ = std::make_shared<EngineMetrics>();
  std::unique_ptr<mesh::Process> process_;
  // The loop's, in the order in which they are made; Drop destroys them backwards.
  std::unique_ptr<Log> log_;
  std::unique_ptr<BrokerService> service_;
  std::unique_ptr<BrokerAdminService> admin_;
  async::Scope tasks_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_BROKER_H_
