#include "tests/torture/torture.h"

#include <atomic>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "tests/harness/checkers.h"
#include "tests/workload/methods.h"

namespace maru::harness {
namespace {

// What a healed system must still be able to do, and within which time everything is at rest.
constexpr uint64_t kCommandsAfterwards = 100;
constexpr absl::Duration kQuiet = absl::Seconds(60);

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
  ASSIGN_OR_RETURN(auto system, System::Start(options.system));
  return std::unique_ptr<Torture>(new Torture(options, std::move(system)));
}

TortureReport Torture::Run(const std::function<void(const TortureReport&)>& look) {
  std::string violations;
  while (violations.empty() && !Over()) violations = Round(look);
  TortureReport report = ReportNow(/*load=*/nullptr);
  report.violations = std::move(violations);
  return report;
}

std::string Torture::Round(const std::function<void(const TortureReport&)>& look) {
  LoadOptions options = options_.load;
  options.seed = options_.storm.seed * 1000 + static_cast<uint64_t>(checks_);
  auto load = Load::Begin(*system_, options);
  if (!load.ok()) return absl::StrCat("no load: ", load.status().ToString());
  std::vector<std::unique_ptr<Caller>> callers;
  for (const std::string& process : system_->processes()) {
    callers.push_back(std::make_unique<Caller>(*system_, process));
  }
  // A course ends in the middle of it.
  auto ended = std::async(std::launch::async, [&load] { return (*load)->EndCourse(); });

  const Tally& tally = storm_.tally();
  const int limit = tally.AllKills() + tally.AllPauses() + options_.strikes_per_round;
  absl::Status storm = storm_.Blow([&] {
    if (look) look(ReportNow(load->get()));
    return Over() || tally.AllKills() + tally.AllPauses() >= limit;
  });
  storm.Update(storm_.Heal());
  std::string problem = storm.ok() ? "" : storm.ToString();
  if (storm.ok()) problem = (*load)->AwaitMore(kCommandsAfterwards);
  const absl::Status end_of_course = ended.get();
  if (problem.empty() && !end_of_course.ok()) problem = end_of_course.ToString();
  callers.clear();
  (*load)->Finish();
  acknowledged_ += (*load)->acknowledged();
  ledger_.Merge((*load)->ledger());
  if (problem.empty()) problem = (*load)->problems();
  if (problem.empty()) problem = CheckExact(*system_, ledger_, kQuiet);
  ++checks_;
  return problem;
}

bool Torture::Over() const {
  const Tally& tally = storm_.tally();
  return absl::Now() - began_ > options_.duration ||
         tally.AllKills() + tally.AllPauses() >= options_.strikes;
}

TortureReport Torture::ReportNow(const Load* load) const {
  TortureReport report;
  report.tally = storm_.tally();
  report.acknowledged = acknowledged_ + (load == nullptr ? 0 : load->acknowledged());
  for (const std::string& process : system_->processes()) {
    report.availability[process] = system_->client(process).availability();
  }
  report.checks = checks_;
  report.took = absl::Now() - began_;
  return report;
}

}  // namespace maru::harness
