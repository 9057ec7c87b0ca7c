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
        load_(api_, LoadOptions()),
        forgets_(world_.NewSeed() % kForgetsOneIn == 0) {
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
    if (!PlayRound(kLoad, load_.Run(end))) return;
    if (!forgets_ || !Forgets()) return;
    const Instant second_end = world_.Now() + kSecondLoad;
    if (!PlayRound(kSecondLoad, load_.RunAgain(second_end))) return;
    FindsNothing(load_.RebuildFromRest(kUntilQuiet), "the view is rebuilt");
  }

  // Clients act under faults, for `time`; then all must come to rest, as it should be.
  bool PlayRound(absl::Duration time, async::Task<> load) {
    api_.SetCalm(false);
    const Instant end = world_.Now() + time;
    faults_.Plan(end);
    bool loaded = false;
    scope_.Spawn(Done(std::move(load), loaded));
    if (!Within(time, "the load", [&] { return world_.Now() >= end; })) return false;
    faults_.Heal();
    if (!Within(kUntilServing, "every process serves", [&] { return world_.AllServing(); })) {
      return false;
    }
    api_.SetCalm(true);
    if (!Within(kUntilHeard, "every client has heard", [&] { return loaded; })) return false;
    world_.Run(world_.Now() + kUntilNoticed, [] { return false; });
    return FindsNothing(load_.Check(kUntilQuiet), "the checkers have read");
  }

  // Logs lose what everybody has read.
  bool Forgets() {
    std::optional<bool> forgotten;
    scope_.Spawn(Keep(load_.ForgetLogs(), forgotten));
    if (!Within(kForForgetting, "the logs are cut", [&] { return forgotten.has_value(); })) {
      return false;
    }
    if (!*forgotten) report_.problems += "[readable] the logs cannot be cut\n";
    return *forgotten;
  }

  // Whether a check finds nothing; what it finds is reported.
  bool FindsNothing(async::Task<std::string> check, std::string_view what) {
    std::optional<std::string> checked;
    scope_.Spawn(Keep(std::move(check), checked));
    if (!Within(kUntilQuiet + kForReading, what, [&] { return checked.has_value(); })) return false;
    report_.problems += *checked;
    return report_.problems.empty();
  }

  static async::Task<> Done(async::Task<> task, bool& done) {
    co_await std::move(task);
    done = true;
  }
  template <typename T>
  static async::Task<> Keep(async::Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
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
  const bool forgets_;
  // What the clients do; before all that it uses.
  async::Scope scope_;
};

}  // namespace

Report RunSeed(Fixture& fixture, uint64_t seed, bool keep_trace) {
  return Run(fixture, seed, keep_trace).Play();
}

}  // namespace maru::simulation
