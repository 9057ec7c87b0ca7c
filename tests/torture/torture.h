// Torture: a system of its own under a load through real gRPC, storms over it, and between two
// storms the question whether everything is exactly as it was acknowledged.
#ifndef MARU_TESTS_TORTURE_TORTURE_H_
#define MARU_TESTS_TORTURE_TORTURE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/harness/load.h"
#include "tests/harness/system.h"
#include "tests/torture/storm.h"
#include "tests/workload/ledger.h"

namespace maru::harness {

struct TortureOptions {
  System::Options system;
  // `seed` also decides the load.
  StormOptions storm;
  LoadOptions load;
  // It is over after this time, or with this many strikes (kills and pauses), whichever is first;
  // checked once more at the end.
  absl::Duration duration = absl::Minutes(1);
  int strikes = 1'000'000;
  // Strikes between two checks.
  int strikes_per_round = 60;
};

struct TortureReport {
  Tally tally;
  // Commands whose outcome the load knows.
  uint64_t acknowledged = 0;
  // By process.
  std::map<std::string, Availability> availability;
  // Complete comparisons of what is stored with what was acknowledged.
  int checks = 0;
  absl::Duration took;
  // What is not as it must be; empty: nothing.
  std::string violations;

  uint64_t Retries() const;
};

// Not thread-safe: on one thread, with which the processes end.
class Torture {
 public:
  // Starts the system.
  static absl::StatusOr<std::unique_ptr<Torture>> Begin(const TortureOptions& options);

  // Until it is over, or the first violation. `look` is called at least every 20 ms while a storm
  // blows; all processes run again afterwards, unless that is the violation.
  TortureReport Run(const std::function<void(const TortureReport&)>& look = {});

  System& system() { return *system_; }

 private:
  Torture(const TortureOptions& options, std::unique_ptr<System> system)
      : options_(options), system_(std::move(system)), storm_(*system_, options.storm) {}

  // One storm, and the check after it. What is wrong.
  std::string Round(const std::function<void(const TortureReport&)>& look);
  bool Over() const;
  TortureReport ReportNow(const Load* load) const;

  const TortureOptions options_;
  const std::unique_ptr<System> system_;
  Storm storm_;
  // Of all rounds that are over.
  Ledger ledger_;
  uint64_t acknowledged_ = 0;
  int checks_ = 0;
  const absl::Time began_ = absl::Now();
};

}  // namespace maru::harness

#endif  // MARU_TESTS_TORTURE_TORTURE_H_
