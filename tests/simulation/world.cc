#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "mesh/broker/broker.h"
#include "mesh/context/broker_bus.h"
#include "mesh/context/context.h"
#include "mesh/context/context_config.h"

namespace maru::simulation {

namespace {

// Steps without time moving that no honest burst of work needs, and steps of a whole run: ten times
// what one of all systems takes. So each run ends, and within bounded memory.
constexpr uint64_t kLivelock = 200'000;
constexpr uint64_t kMostSteps = 5'000'000;

using Serving = absl::StatusOr<std::unique_ptr<mesh::Serving>>;

async::Task<Serving> StartBroker(mesh::Host& host, config::v1::BrokerConfig config,
                                 std::function<void()> failed) {
  co_return broker::Broker::Start(
      host, {.config = std::move(config), .warnings = {}, .failed = std::move(failed)});
}

async::Task<Serving> StartContext(mesh::Host& host, std::string name,
                                  config::v1::ContextConfig config, mesh::Context::Wire wire,
                                  std::function<void()> failed) {
  mesh::ContextOptions options;
  options.context = std::move(name);
  options.config = std::move(config);
  options.bus = mesh::ConnectBroker;
  options.failed = std::move(failed);
  co_return co_await mesh::Context::Start(host, std::move(options), std::move(wire));
}

std::string Describe(const rpc::SimPacket& packet) {
  return absl::StrCat(packet.connection, "/", packet.call, " ", packet.bytes);
}

}  // namespace

World::World(Fixture& fixture, uint64_t seed, Trace& trace)
    : fixture_(fixture),
      trace_(trace),
      seeds_(seed),
      scheduler_(seeds_.Next()),
      rare_(seeds_.Next()),
      outside_(scheduler_, absl::ZeroDuration(), Beginning()),
      network_(scheduler_, seeds_.Next(),
               [this](const rpc::SimPacket& packet) {
                 trace_.Note(scheduler_.Now(), {packet.from, "->", packet.to, packet.kind,
                                                packet.method, Describe(packet)});
               }),
      client_(scheduler_, absl::ZeroDuration(), Beginning()),
      client_node_(network_, kClient, client_) {
  // What is parked waits for an operator.
  for (const System* system : fixture_.systems()) {
    if (!system->has_operator) rare_.Never(async::Rare::kFailingEvent);
  }
  AddMachine("broker", fixture_.broker().listen(),
             [this](mesh::Host& host, std::function<void()> failed) {
               return StartBroker(host, fixture_.broker(), std::move(failed));
             });
  for (const auto& [name, deployed] : fixture_.contexts()) AddContext(name, deployed);
}

void World::AddContext(const std::string& deployment, const Deployed& deployed) {
  AddMachine(deployment, deployed.config.listen(),
             [&deployed](mesh::Host& host, std::function<void()> failed) {
               return StartContext(host, deployed.context->name, deployed.config,
                                   deployed.context->wire, std::move(failed));
             });
}

World::~World() = default;

void World::AddMachine(const std::string& name, const std::string& address, StartServer start) {
  network_.AddMachine(name, address);
  addresses_[name] = address;
  machines_.push_back(
      std::make_unique<Machine>(Machine::Environment{scheduler_, network_, outside_, trace_, rare_,
                                                     fixture_.key_cache(), seeds_.Next()},
                                name, std::move(start)));
}

Machine& World::machine(const std::string& deployment) {
  const auto found =
      std::find_if(machines_.begin(), machines_.end(),
                   [&deployment](const auto& machine) { return machine->name() == deployment; });
  MARU_CHECK(found != machines_.end());
  return **found;
}

bool World::AllServing() const {
  for (const auto& machine : machines_) {
    if (!machine->serving()) return false;
  }
  return true;
}

bool World::Run(Instant until, const std::function<bool()>& done) {
  while (!livelock_) {
    if (done()) return true;
    const async::SimExecutor* const ran = scheduler_.RunOne(until);
    if (ran == nullptr) return done();
    for (const auto& machine : machines_) machine->AfterStep(ran);
    livelock_ = scheduler_.steps_at_once() > kLivelock || scheduler_.steps() > kMostSteps;
  }
  return false;
}

}  // namespace maru::simulation
