// World: a whole system, broker and contexts, and a client, on one thread under virtual time.
#ifndef MARU_TESTS_SIMULATION_WORLD_H_
#define MARU_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/sim_scheduler.h"
#include "common/base/seeded_random.h"
#include "common/rpc/sim/network.h"
#include "tests/simulation/fixture.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/rare_paths.h"
#include "tests/simulation/trace.h"

namespace maru::simulation {

class World {
 public:
  // Where clients are on the network.
  static constexpr char kClient[] = "client";

  // Broker and contexts of the fixture's systems, all off. `fixture` and `trace` outlive the world.
  World(Fixture& fixture, uint64_t seed, Trace& trace);
  ~World();

  // Runs until `done` holds, which is asked after each step, or `until` has come; whether it does.
  bool Run(Instant until, const std::function<bool()>& done);

  Instant Now() const { return scheduler_.Now(); }
  uint64_t steps() const { return scheduler_.steps(); }
  Trace& trace() { return trace_; }
  // The broker first.
  const std::vector<std::unique_ptr<Machine>>& machines() const { return machines_; }
  bool AllServing() const;
  rpc::SimNetwork& network() { return network_; }
  RarePaths& rare() { return rare_; }
  // Where faults are planned; its time is the world's.
  async::SimExecutor& outside() { return outside_; }
  // The client: it never ends.
  async::SimExecutor& client() { return client_; }
  rpc::SimNode& client_node() { return client_node_; }
  // "datecourse-schedule" -> "127.0.0.1:7101"
  const std::map<std::string, std::string>& addresses() const { return addresses_; }
  Fixture& fixture() { return fixture_; }
  // Of that deployment; it must be there.
  Machine& machine(const std::string& deployment);
  // A number for a part of the world that needs a seed of its own.
  uint64_t NewSeed() { return seeds_.Next(); }

  // Set when time does not move any more, or the run has taken more steps than any honest one.
  bool livelock() const { return livelock_; }

 private:
  void AddContext(const std::string& deployment, const Deployed& deployed);
  void AddMachine(const std::string& name, const std::string& address, StartServer start);

  Fixture& fixture_;
  Trace& trace_;
  SeededRandom seeds_;
  async::SimScheduler scheduler_;
  RarePaths rare_;
  async::SimExecutor outside_;
  rpc::SimNetwork network_;
  std::map<std::string, std::string> addresses_;
  async::SimExecutor client_;
  rpc::SimNode client_node_;
  std::vector<std::unique_ptr<Machine>> machines_;
  bool livelock_ = false;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_WORLD_H_
