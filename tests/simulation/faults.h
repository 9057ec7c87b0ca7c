// Faults: what goes wrong in a run, drawn from its seed.
#ifndef MARU_TESTS_SIMULATION_FAULTS_H_
#define MARU_TESTS_SIMULATION_FAULTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/base/seeded_random.h"
#include "tests/simulation/world.h"

namespace maru::simulation {

// Each run draws which kinds it has and how many, so that some runs have many of one kind and
// others are calm.
class Faults {
 public:
  // `world` outlives the faults.
  explicit Faults(World& world);

  // Plans faults for the time from now to `until`.
  void Plan(Instant until);
  // Ends all that lasts, and starts what is down. No fault comes any more.
  void Heal();

  // Faults that have begun, by kind.
  const std::map<std::string_view, uint64_t>& count() const { return count_; }

 private:
  using Kind = void (Faults::*)();
  static const std::vector<std::pair<std::string_view, Kind>>& Kinds();

  void PlanOne(std::string_view name, Kind kind, Instant when);
  // Lasts between the two, unless Heal ends it.
  void Until(absl::Duration low, absl::Duration high, async::Callback undo);

  // --- Processes ---
  void Kill();
  void KillAtCommit();
  void LosePower();
  void KillAll();
  void StayDown();
  void Restart();
  void RestartAll();
  // --- Network ---
  void CutOneWay();
  void Partition();
  void Isolate();
  void SlowLink();
  void LoseSegments();
  void ResetConnections();
  // --- Disks and clocks ---
  void SlowDisk();
  void FullDisk();
  void FailSync();
  void CoolDisk();
  void JumpClock();

  Machine& AnyMachine();
  // Of a machine, or the client.
  std::string AnyEnd();
  // Changes a link, and changes it back later.
  void ChangeLink(const std::string& from, const std::string& to, const rpc::SimLink& link,
                  absl::Duration low, absl::Duration high);
  void Cut(const std::string& from, const std::string& to, absl::Duration low, absl::Duration high);
  absl::Duration Downtime();
  void Note(std::string_view what, std::string_view where = {});

  World& world_;
  SeededRandom random_;
  std::vector<async::Timer> planned_;
  // All are killed when the faults end: what waits must go on by itself, although nobody asks.
  bool ends_with_restart_ = false;
  // What lasts, by number, with how to end it.
  struct Lasting {
    async::Callback undo;
    async::Timer timer;
  };
  std::map<uint64_t, Lasting> lasting_;
  uint64_t last_ = 0;
  std::map<std::string_view, uint64_t> count_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_FAULTS_H_
