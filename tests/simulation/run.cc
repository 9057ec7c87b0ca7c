#include "tests/simulation/run.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "common/base/strings.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/sim_api.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/world.h"
#include "tests/workload/workload.h"

namespace maru::simulation {

namespace {

// How long clients act, and things go wrong.
constexpr absl::Duration kLoad = absl::Seconds(60);
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

workload::WorkloadOptions LoadOptions() {
  workload::WorkloadOptions options;
  options.customers = 3;
  options.most_think = absl::Milliseconds(1600);
  return options;
}

class Run {
 public:
  Run(Fixture& fixture, uint64_t seed, bool keep_trace)
      : trace_(keep_trace),
        world_(fixture, seed, trace_),
        api_(world_),
        faults_(world_),
        load_(api_, LoadOptions()) {
    report_.seed = seed;
  }

  Report Play() {
    Act();
    for (const auto& [kind, count] : faults_.count()) report_.faults += count;
    report_.calls = api_.calls();
    report_.acknowledged = load_.acknowledged();
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
    faults_.Plan(end);
    bool loaded = false;
    scope_.Spawn(Loaded(end, loaded));
    if (!Within(kLoad, "the load", [&] { return world_.Now() >= end; })) return;
    faults_.Heal();
    if (!Within(kUntilServing, "every process serves", [&] { return world_.AllServing(); })) return;
    api_.SetCalm();
    if (!Within(kUntilHeard, "every client has heard", [&] { return loaded; })) return;
    world_.Run(world_.Now() + kUntilNoticed, [] { return false; });
    std::optional<std::string> checked;
    scope_.Spawn(Checked(checked));
    const auto is_checked = [&] { return checked.has_value(); };
    if (!Within(kUntilQuiet + kForReading, "the checkers have read", is_checked)) return;
    report_.problems += *checked;
  }

  async::Task<> Loaded(Instant end, bool& loaded) {
    co_await load_.Run(end);
    loaded = true;
  }
  async::Task<> Checked(std::optional<std::string>& checked) {
    checked = co_await load_.Check(kUntilQuiet);
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
  SimApi api_;
  Faults faults_;
  workload::Workload load_;
  // What the clients do; before all that it uses.
  async::Scope scope_;
};

}  // namespace

Report RunSeed(Fixture& fixture, uint64_t seed, bool keep_trace) {
  return Run(fixture, seed, keep_trace).Play();
}

}  // namespace maru::simulation
