// Machine: a simulated computer that runs one server: its disk, its clocks, the process and who
// restarts it.
#ifndef MARU_TESTS_SIMULATION_MACHINE_H_
#define MARU_TESTS_SIMULATION_MACHINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/scope.h"
#include "common/async/task.h"
#include "common/base/seeded_random.h"
#include "common/store/memory_backend.h"
#include "mesh/context/host.h"
#include "tests/simulation/rare_paths.h"
#include "tests/simulation/sim_host.h"
#include "tests/simulation/trace.h"

namespace maru::simulation {

// Makes the server of a machine; `failed` is called once when it cannot go on.
using StartServer = std::function<async::Task<absl::StatusOr<std::unique_ptr<mesh::Serving>>>(
    mesh::Host& host, std::function<void()> failed)>;

// How a process ends that does not end by itself.
struct Crash {
  // The kernel lives on and closes its connections; else the power is gone.
  bool machine_answers = true;
  // What was written and not synced is there afterwards.
  bool unsynced_survives = false;
};

class Machine {
 public:
  struct Environment {
    async::SimScheduler& scheduler;
    rpc::SimNetwork& network;
    // Of whoever restarts processes.
    async::SimExecutor& outside;
    Trace& trace;
    RarePaths& rare;
    KeyCache& keys;
    uint64_t seed;
  };
  // `environment` outlives the machine.
  Machine(Environment environment, std::string name, StartServer start);
  ~Machine() { End({}); }

  const std::string& name() const { return name_; }
  // Whether it is SERVING.
  bool serving() const { return process_ != nullptr && process_->serving != nullptr; }
  // Starts since the beginning.
  uint64_t starts() const { return starts_; }

  // Starts the process unless it runs or is to stay down.
  void Boot();
  // Ends the process now; the supervisor starts it again after `downtime`.
  void Kill(const Crash& crash, absl::Duration downtime);
  // Ends it after so many more of its steps.
  void KillInSteps(uint64_t steps, const Crash& crash, absl::Duration downtime);
  // Ends it within the commit after so many more; `written`: the commit is on disk, and nobody
  // hears of it.
  void KillAtCommit(uint64_t commits, bool written, const Crash& crash, absl::Duration downtime);
  // Forgets what KillInSteps, KillAtCommit and FailNextSync have planned.
  void Disarm() {
    steps_left_ = commits_left_ = 0;
    fail_sync_ = false;
  }
  // Shuts the process down in order, and starts it again after `downtime`. No effect while another
  // start or stop is under way.
  void Restart(absl::Duration downtime);
  // From now on ended processes are not started until it is called with false.
  void StayDown(bool down);

  // --- Its disk ---
  store::MemoryDisk& disk() { return disk_; }
  // Each step of the disk takes between these.
  void SetDiskDelay(absl::Duration low, absl::Duration high);
  // Writes are refused with nothing written.
  void SetDiskFull(bool full) { disk_full_ = full; }
  // The next sync fails: the process must end.
  void FailNextSync() { fail_sync_ = true; }
  // Nothing is cached.
  void CoolDisk() { disk_.MakeCold(); }

  // --- Its clocks ---
  // Moves the calendar, for the process that runs and all to come.
  void JumpClock(absl::Duration by);

  // After each step of the simulation, with whose it was: does what has become due.
  void AfterStep(const async::SimExecutor* ran);

 private:
  struct Process {
    explicit Process(SimHost::Parts parts) : host(std::move(parts)) {}
    SimHost host;
    std::unique_ptr<mesh::Serving> serving;
    // Last: what runs in it uses the server.
    async::Scope tasks;
  };
  // What is to happen to the process once it has ended its step.
  struct Doom {
    Crash crash;
    absl::Duration downtime;
    std::string_view why;
  };

  async::Task<void> Start();
  async::Task<void> Stop(absl::Duration downtime);
  void End(const Crash& crash);
  void BootIn(absl::Duration downtime);
  absl::Status BeforeWrite();
  absl::Status BeforeSync();
  void Note(std::string_view what, std::string_view more = {});

  const Environment env_;
  const std::string name_;
  const StartServer start_;
  SeededRandom random_;
  store::MemoryDisk disk_;
  std::unique_ptr<Process> process_;
  async::Timer boot_;
  uint64_t starts_ = 0;
  bool stopping_ = false;
  bool stay_down_ = false;
  std::unique_ptr<Doom> doom_;
  // Armed crashes.
  uint64_t steps_left_ = 0;
  uint64_t commits_left_ = 0;
  bool commit_is_written_ = false;
  Doom armed_;

  absl::Duration disk_delay_low_ = absl::Microseconds(60);
  absl::Duration disk_delay_high_ = absl::Microseconds(250);
  bool disk_full_ = false;
  bool fail_sync_ = false;
  absl::Time wall_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_MACHINE_H_
