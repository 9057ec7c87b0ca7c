// Faults on a running system of real processes, at moments that a seed decides: SIGKILL of one
// process, of several and of all, also while they still start, recover or end; SIGTERM one after
// the other; SIGSTOP for a while.
#ifndef MARU_TESTS_TORTURE_STORM_H_
#define MARU_TESTS_TORTURE_STORM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/harness/system.h"

namespace maru::harness {

// From, to; drawn evenly.
using Range = std::pair<absl::Duration, absl::Duration>;

struct StormOptions {
  uint64_t seed = 0;
  // From one strike to the next.
  Range calm = {absl::Milliseconds(50), absl::Milliseconds(1000)};
  // How long who was killed stays away.
  Range down = {absl::ZeroDuration(), absl::Milliseconds(800)};
  // From the start of a process, which takes about 100 ms, to the SIGKILL that strikes it again.
  Range starting = {absl::ZeroDuration(), absl::Milliseconds(150)};
  // From a SIGTERM to the SIGKILL in the middle of the shutdown.
  Range ending = {absl::ZeroDuration(), absl::Milliseconds(30)};
  Range pause = {absl::Seconds(1), absl::Seconds(4)};
  // How often each strike is drawn, in proportion to the others.
  double one = 8;
  double several = 5;
  double all = 2;
  double while_ending = 3;
  double rolling_restart = 1;
  double paused = 2;
  // Of those that are started again: the share that is killed once more while it starts.
  double again = 0.3;
};

// Strikes of nothing but SIGSTOP for 1 to 20 s.
StormOptions OnlyPauses();

// What struck, by process.
struct Tally {
  // Of processes that ran. `kills_while_starting` and `kills_while_ending` are among them.
  std::map<std::string, int> kills;
  int kills_while_starting = 0;
  int kills_while_ending = 0;
  int all_at_once = 0;
  int rolling_restarts = 0;
  std::map<std::string, int> pauses;
  absl::Duration longest_pause;

  int AllKills() const;
  int AllPauses() const;
};

// Not thread-safe: on the thread that made the system.
class Storm {
 public:
  // Everything must run.
  Storm(System& system, const StormOptions& options)
      : system_(system), options_(options), random_(options.seed) {}

  // Strikes until `enough`, which is asked at least every 20 ms. Afterwards some processes are down
  // or stand still: Heal. INTERNAL: a process ended by itself, or not as it was told to.
  absl::Status Blow(const std::function<bool()>& enough);

  // Starts and continues all, and waits until each says SERVING. INTERNAL as Blow;
  // DEADLINE_EXCEEDED: a process does not come back.
  absl::Status Heal();

  const Tally& tally() const { return tally_; }

 private:
  enum class Deed { kStrike, kLaunch, kKill, kResume };
  struct Due {
    Deed deed;
    std::string process;
  };
  // Since a process was started.
  struct Life {
    absl::Time began = absl::InfinitePast();
    bool ending = false;
  };

  absl::Status Do(const Due& due);
  absl::Status Strike();
  absl::Status RollingRestart();
  // Starts it unless it runs.
  absl::Status Launch(const std::string& process);
  // Kills it now; it is started again after a while.
  void Kill(const std::string& process);
  void KillWhileEnding(const std::string& process);
  void Pause(const std::string& process);
  void Plan(Range after, Deed deed, const std::string& process = "");

  // `count` different processes.
  std::vector<std::string> Some(size_t count);
  absl::Duration Draw(Range range);
  size_t Pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }

  System& system_;
  const StormOptions options_;
  std::mt19937_64 random_;
  std::multimap<absl::Time, Due> plan_;
  std::map<std::string, Life> lives_;
  Tally tally_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_TORTURE_STORM_H_
