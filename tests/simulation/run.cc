#include "tests/simulation/run.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "common/base/strings.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/sim_api.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/world.h"
#include "tests/workload/system_load.h"

namespace maru::simulation {

namespace {

// How long clients act, and things go wrong.
constexpr absl::Duration kLoad = absl::Seconds(60);
// One run in so many goes on for a second time, shorter, with logs that lost what had been read.
constexpr uint64_t kForgetsOneIn = 6;
constexpr absl::Duration kSecondLoad = absl::Seconds(15);
constexpr absl::Duration kForForgetting = absl::Seconds(120);
// From then on: until every process serves; until every client knows what became of its last
// command; until all events have had their effect.
constexpr absl::Duration kUntilServing = absl::Seconds(30);
constexpr absl::Duration kUntilHeard = absl::Seconds(90);
// A machine that lost its power said nothing: until its peers have noticed, three heartbeats of the
// broker's protocol, what they say of themselves is old.
constexpr absl::Duration kUntilNoticed = absl::Seconds(20);
constexpr absl::Duration kUntilQuiet = absl::Seconds(120);
// And of the checkers' own reads.
constexpr absl::Duration kForReading = absl::Seconds(60);

// One of the systems, under load.
struct LoadedSystem {
  LoadedSystem(World& world, const System& played)
      : system(played), api(world, system), load(system.load(api)) {}

  const System& system;
  SimApi api;
  const std::unique_ptr<workload::SystemLoad> load;
  bool loaded = false;
  std::optional<std::string> checked;
};

std::vector<std::unique_ptr<LoadedSystem>> LoadAll(World& world) {
  std::vector<std::unique_ptr<LoadedSystem>> all;
  for (const System* system : world.fixture().systems()) {
    all.push_back(std::make_unique<LoadedSystem>(world, *system));
  }
  return all;
}

class Run {
 public:
  Run(Fixture& fixture, uint64_t seed, bool keep_trace)
      : trace_(keep_trace),
        world_(fixture, seed, trace_),
        systems_(LoadAll(world_)),
        faults_(world_),
        forgets_(world_.NewSeed() % kForgetsOneIn == 0) {
    report_.seed = seed;
  }

  Report Play() {
    Act();
    for (const auto& [kind, count] : faults_.count()) report_.faults += count;
    for (const auto& system : systems_) {
      report_.calls += system->api.calls();
      report_.acknowledged += system->load->acknowledged();
    }
    report_.steps = world_.steps();
    report_.time = world_.Now() - Instant();
    report_.hash = trace_.hash();
    report_.trace = trace_.lines();
    return std::move(report_);
  }

 private:
  void Act() {
    for (const auto& machine : world_.machines()) machine->Boot();
    const Instant end = world_.Now() + kLoad;
    if (!PlayRound(kLoad, [end](workload::SystemLoad& load) { return load.Run(end); })) return;
    if (forgets_ && systems_.size() == 1 && systems_.front()->system.has_operator) ActAgain();
  }

  // A second round, without the beginning of the logs.
  void ActAgain() {
    workload::SystemLoad& load = *systems_.front()->load;
    if (!Forgets(load)) return;
    const Instant end = world_.Now() + kSecondLoad;
    const auto again = [end](workload::SystemLoad& system) { return system.RunAgain(end); };
    if (!PlayRound(kSecondLoad, again)) return;
    std::optional<std::string> rebuilt;
    scope_.Spawn(Keep(load.RebuildFromRest(kUntilQuiet), rebuilt));
    const auto is_rebuilt = [&] { return rebuilt.has_value(); };
    if (!Within(kUntilQuiet + kForReading, "the view is rebuilt", is_rebuilt)) return;
    report_.problems += *rebuilt;
  }

  bool Forgets(workload::SystemLoad& load) {
    std::optional<bool> forgotten;
    scope_.Spawn(Keep(load.ForgetLogs(), forgotten));
    const auto is_over = [&] { return forgotten.has_value(); };
    if (!Within(kForForgetting, "the logs are cut", is_over)) return false;
    if (!*forgotten) report_.problems += "[readable] the logs cannot be cut\n";
    return *forgotten;
  }

  // Clients act under faults, for `time`; then all must come to rest, as it should be.
  template <typename Act>
  bool PlayRound(absl::Duration time, Act act) {
    const Instant end = world_.Now() + time;
    faults_.Plan(end);
    for (const auto& system : systems_) {
      system->api.SetCalm(false);
      system->loaded = false;
      system->checked.reset();
      scope_.Spawn(Loaded(*system, act(*system->load)));
    }
    if (!Within(time, "the load", [&] { return world_.Now() >= end; })) return false;
    faults_.Heal();
    const auto all_serve = [&] { return world_.AllServing(); };
    if (!Within(kUntilServing, "every process serves", all_serve)) return false;
    for (const auto& system : systems_) system->api.SetCalm(true);
    const auto all_loaded = [&] { return All([](const LoadedSystem& one) { return one.loaded; }); };
    if (!Within(kUntilHeard, "every client has heard", all_loaded)) return false;
    world_.Run(world_.Now() + kUntilNoticed, [] { return false; });
    for (const auto& system : systems_) scope_.Spawn(Checked(*system));
    const auto all_checked = [&] {
      return All([](const LoadedSystem& one) { return one.checked.has_value(); });
    };
    if (!Within(kUntilQuiet + kForReading, "the checkers have read", all_checked)) return false;
    for (const auto& system : systems_) report_.problems += *system->checked;
    return report_.problems.empty();
  }

  template <typename Holds>
  bool All(Holds holds) const {
    return std::all_of(systems_.begin(), systems_.end(),
                       [&](const auto& system) { return holds(*system); });
  }

  async::Task<> Loaded(LoadedSystem& system, async::Task<> load) {
    co_await std::move(load);
    system.loaded = true;
  }
  template <typename T>
  static async::Task<> Keep(async::Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }
  async::Task<> Checked(LoadedSystem& system) {
    std::string problems = co_await system.load->Check(kUntilQuiet);
    if (problems.empty()) problems = Audit(world_, system.system);
    system.checked = std::move(problems);
  }

  bool Within(absl::Duration time, std::string_view what, const std::function<bool()>& done) {
    if (world_.Run(world_.Now() + time, done)) return true;
    if (world_.livelock()) {
      absl::StrAppend(&report_.problems,
                      "[livelock] it does not come to rest: work goes on and on\n");
    } else {
      absl::StrAppend(&report_.problems, "[bounded] not within ", absl::FormatDuration(time), ": ",
                      ToAbsl(what), "\n");
    }
    return false;
  }

  Report report_;
  Trace trace_;
  World world_;
  std::vector<std::unique_ptr<LoadedSystem>> systems_;
  Faults faults_;
  const bool forgets_;
  // What the clients do; before all that it uses.
  async::Scope scope_;
};

}  // namespace

Report RunSeed(Fixture& fixture, uint64_t seed, bool keep_trace) {
  return Run(fixture, seed, keep_trace).Play();
}

}  // namespace maru::simulation
