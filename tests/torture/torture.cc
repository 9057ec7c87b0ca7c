#include "tests/torture/torture.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "tests/harness/actor.h"
#include "tests/workload/methods.h"

namespace maru::harness {
namespace {

// What each system must be able to do once it is healed, and has to do before a storm.
constexpr uint64_t kCommandsAround = 50;
constexpr absl::Duration kTakesCommands = absl::Seconds(60);
// Within which everything is at rest: a saga that nobody continues is compensated after 30 s.
constexpr absl::Duration kQuiet = absl::Seconds(90);
// Calls at once of the people of one system: more than there are people.
constexpr int kCallers = 16;
// Everybody acts for so long at a time.
constexpr absl::Duration kStint = absl::Seconds(3);

// Somebody who asks one process how it is, again and again: what the load seldom or never calls is
// called all the time.
class Caller {
 public:
  Caller(System& system, const std::string& process)
      : admin_(system, "admin", "root"), thread_([this, process] { Run(process); }) {}
  ~Caller() {
    stop_ = true;
    thread_.join();
  }

 private:
  void Run(const std::string& process) {
    while (!stop_) {
      if (process == kBroker) {
        admin_.Call(kListTopics, broker::v1::ListTopicsRequest());
      } else {
        admin_.Call(GetStatusOf(process), admin::v1::GetStatusRequest());
      }
      PauseBeforeRetry();
    }
  }

  const Actor admin_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

uint64_t TortureReport::Retries() const {
  uint64_t sum = 0;
  for (const auto& [process, of] : availability) sum += of.unanswered;
  return sum;
}

absl::StatusOr<std::unique_ptr<Torture>> Torture::Begin(const TortureOptions& options) {
  TortureOptions all = options;
  std::vector<const TorturedSystem*> tortured;
  std::vector<std::string>& names = all.system.systems;
  for (const TorturedSystem& system : TorturedSystems()) {
    if (options.system.systems.empty()) names.push_back(system.name);
    if (std::find(names.begin(), names.end(), system.name) == names.end()) continue;
    tortured.push_back(&system);
    for (const auto& [deployment, flags] : system.flags) {
      std::vector<std::string>& more = all.system.flags[deployment];
      more.insert(more.begin(), flags.begin(), flags.end());
    }
  }
  if (tortured.size() != names.size()) {
    return absl::NotFoundError(
        absl::StrCat("not all of these can be tortured: ", absl::StrJoin(names, ", ")));
  }
  ASSIGN_OR_RETURN(auto system, System::Start(all.system));
  return std::unique_ptr<Torture>(new Torture(all, std::move(system), tortured));
}

Torture::Torture(const TortureOptions& options, std::unique_ptr<System> system,
                 const std::vector<const TorturedSystem*>& tortured)
    : options_(options), system_(std::move(system)), storm_(*system_, options.storm) {
  for (const TorturedSystem* one : tortured) {
    const uint64_t seed = options.storm.seed * TorturedSystems().size() + played_.size();
    played_.push_back(std::make_unique<Played>(*system_, *one, seed));
  }
}

Torture::Played::Played(System& system, const TorturedSystem& tortured, uint64_t seed)
    : name(tortured.name),
      api(system, {.seed = seed, .system = tortured.name, .callers = kCallers}),
      load(tortured.load(api)) {}

TortureReport Torture::Run(const std::function<void(const TortureReport&)>& look) {
  std::string violations;
  while (violations.empty() && !Over()) violations = Round(look);
  TortureReport report = ReportNow();
  report.violations = std::move(violations);
  return report;
}

std::string Torture::Round(const std::function<void(const TortureReport&)>& look) {
  std::atomic<bool> finish{false};
  std::vector<std::future<void>> acting;
  for (const auto& played : played_) {
    acting.push_back(std::async(std::launch::async, [this, &finish, &played = *played] {
      played.api.executor().BlockOn(Act(played, finish));
    }));
  }
  const absl::Status storm = Strike(look);
  finish = true;
  for (std::future<void>& end : acting) end.wait();
  ++checks_;
  return storm.ok() ? Check() : storm.ToString();
}

absl::Status Torture::Strike(const std::function<void(const TortureReport&)>& look) {
  std::vector<std::unique_ptr<Caller>> callers;
  for (const std::string& process : system_->processes()) {
    callers.push_back(std::make_unique<Caller>(*system_, process));
  }
  RETURN_IF_ERROR(AwaitWork());
  const Tally& tally = storm_.tally();
  const int limit = tally.AllKills() + tally.AllPauses() + options_.strikes_per_round;
  absl::Status storm = storm_.Blow([&] {
    if (look) look(ReportNow());
    return Over() || tally.AllKills() + tally.AllPauses() >= limit;
  });
  storm.Update(storm_.Heal());
  RETURN_IF_ERROR(storm);
  return AwaitWork();
}

async::Task<> Torture::Act(Played& played, const std::atomic<bool>& finish) {
  while (!finish) co_await played.load->Run(played.api.executor().Now() + kStint);
}

absl::Status Torture::AwaitWork() {
  std::vector<uint64_t> wanted;
  for (const auto& played : played_) wanted.push_back(Acknowledged(*played) + kCommandsAround);
  const std::string missing = Eventually(kTakesCommands, [&]() -> std::string {
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (Acknowledged(*played_[i]) < wanted[i]) return played_[i]->name;
    }
    return "";
  });
  if (missing.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(missing, " takes no commands"));
}

std::string Torture::Check() {
  std::vector<std::future<std::string>> checks;
  for (const auto& played : played_) {
    checks.push_back(std::async(std::launch::async, [&played = *played] {
      return played.api.executor().BlockOn(played.load->Check(kQuiet));
    }));
  }
  std::string problems;
  for (size_t i = 0; i < checks.size(); ++i) {
    const std::string wrong = checks[i].get();
    if (!wrong.empty()) absl::StrAppend(&problems, played_[i]->name, ":\n", wrong);
  }
  return problems;
}

uint64_t Torture::Acknowledged(Played& played) {
  uint64_t acknowledged = 0;
  played.api.executor().RunHere([&] { acknowledged = played.load->acknowledged(); });
  return acknowledged;
}

bool Torture::Over() const {
  const Tally& tally = storm_.tally();
  return absl::Now() - began_ > options_.duration ||
         tally.AllKills() + tally.AllPauses() >= options_.strikes;
}

TortureReport Torture::ReportNow() const {
  TortureReport report;
  report.tally = storm_.tally();
  for (const auto& played : played_) report.acknowledged += Acknowledged(*played);
  for (const std::string& process : system_->processes()) {
    report.availability[process] = system_->client(process).availability();
  }
  report.checks = checks_;
  report.took = absl::Now() - began_;
  return report;
}

}  // namespace maru::harness
