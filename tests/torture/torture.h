// Torture: systems of its own under a load through real gRPC, storms over them, and between two
// storms the question whether everything is exactly as it was acknowledged.
#ifndef MARU_TESTS_TORTURE_TORTURE_H_
#define MARU_TESTS_TORTURE_TORTURE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/harness/system.h"
#include "tests/harness/system_api.h"
#include "tests/torture/loads.h"
#include "tests/torture/storm.h"
#include "tests/workload/system_load.h"

namespace maru::harness {

struct TortureOptions {
  // Those of TorturedSystems; all of them when `systems` is empty. `flags` are added to theirs.
  System::Options system;
  // `seed` also decides the load.
  StormOptions storm;
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
  // Starts the systems. NOT_FOUND: there is none of a name.
  static absl::StatusOr<std::unique_ptr<Torture>> Begin(const TortureOptions& options);

  // Until it is over, or the first violation. `look` is called at least every 20 ms while a storm
  // blows; all processes run again afterwards, unless that is the violation.
  TortureReport Run(const std::function<void(const TortureReport&)>& look = {});

  System& system() { return *system_; }

 private:
  // A system and the people who use it.
  struct Played {
    Played(System& system, const TorturedSystem& tortured, uint64_t seed);

    const std::string name;
    SystemApi api;
    const std::unique_ptr<workload::SystemLoad> load;
  };

  Torture(const TortureOptions& options, std::unique_ptr<System> system,
          const std::vector<const TorturedSystem*>& tortured);

  // One storm, and the check after it. What is wrong.
  std::string Round(const std::function<void(const TortureReport&)>& look);
  // Work, the storm, healing, and work again.
  absl::Status Strike(const std::function<void(const TortureReport&)>& look);
  // Lets people act until `finish` is set.
  async::Task<> Act(Played& played, const std::atomic<bool>& finish);
  // Waits until every system has taken some commands more.
  absl::Status AwaitWork();
  // What is wrong with systems at rest.
  std::string Check();
  static uint64_t Acknowledged(Played& played);
  bool Over() const;
  TortureReport ReportNow() const;

  const TortureOptions options_;
  const std::unique_ptr<System> system_;
  Storm storm_;
  std::vector<std::unique_ptr<Played>> played_;
  int checks_ = 0;
  const absl::Time began_ = absl::Now();
};

}  // namespace maru::harness

#endif  // MARU_TESTS_TORTURE_TORTURE_H_
