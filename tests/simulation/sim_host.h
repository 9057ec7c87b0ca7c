// SimHost: what a process of a simulated machine stands on.
#ifndef MARU_TESTS_SIMULATION_SIM_HOST_H_
#define MARU_TESTS_SIMULATION_SIM_HOST_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/async/sim_scheduler.h"
#include "common/base/seeded_random.h"
#include "common/rpc/sim/network.h"
#include "common/store/memory_backend.h"
#include "mesh/context/host.h"
#include "tests/simulation/key_cache.h"

namespace maru::simulation {

class SimHost final : public mesh::Host {
 public:
  struct Parts {
    async::SimScheduler& scheduler;
    rpc::SimNetwork& network;
    store::MemoryDisk& disk;
    std::string machine;
    uint64_t seed;
    // What the monotonic clock shows at the start, the calendar at the beginning of the run.
    absl::Duration boot;
    absl::Time wall;
    // How long the next step of the disk takes.
    std::function<absl::Duration()> disk_delay;
    LogSink log;
    // Keys that have been read.
    KeyCache& keys;
    // Which rare paths to take.
    std::function<bool(async::Rare)> rarely;
  };
  explicit SimHost(Parts parts)
      : disk_(parts.disk),
        log_(std::move(parts.log)),
        keys_(parts.keys),
        random_(parts.seed),
        executor_(parts.scheduler, parts.boot, parts.wall),
        disk_steps_(executor_, std::move(parts.disk_delay)),
        node_(parts.network, std::move(parts.machine), executor_) {
    executor_.OnRare(std::move(parts.rarely));
  }

  rpc::SimNode& node() { return node_; }
  async::SimExecutor& sim_executor() { return executor_; }

  async::Executor& executor() override { return executor_; }
  Random& random() override { return random_; }
  LogSink log() override { return log_; }
  async::Executor* disk_steps() override { return &disk_steps_; }
  absl::StatusOr<std::unique_ptr<store::Backend>> OpenBackend(store::RocksDbOptions) override {
    return store::MemoryBackend::Open(disk_);
  }
  std::unique_ptr<rpc::KeySource> OpenKeys() override { return keys_.Open(); }
  std::unique_ptr<rpc::Channel> OpenChannel(const std::string& target) override {
    return node_.OpenChannel(target);
  }
  absl::StatusOr<std::unique_ptr<rpc::Server>> Listen(const std::string& address, size_t max_calls,
                                                      rpc::InboundHandler& handler) override {
    return node_.Listen(address, max_calls, handler);
  }
  // Nobody looks.
  absl::StatusOr<int> ShowMetrics(const std::string&,
                                  std::vector<std::shared_ptr<prometheus::Collectable>>) override {
    return 0;
  }

 private:
  store::MemoryDisk& disk_;
  const LogSink log_;
  KeyCache& keys_;
  SeededRandom random_;
  async::SimExecutor executor_;
  async::SimDelayedExecutor disk_steps_;
  rpc::SimNode node_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_SIM_HOST_H_
