#include "tests/simulation/machine.h"

#include <utility>

#include "common/base/status.h"
#include "tests/simulation/fixture.h"

namespace maru::simulation {

namespace {

// As a supervisor would: not at once after a start that failed.
constexpr absl::Duration kRestartDelay = absl::Seconds(1);

}  // namespace

Machine::Machine(Environment environment, std::string name, StartServer start)
    : env_(environment),
      name_(std::move(name)),
      start_(std::move(start)),
      random_(environment.seed),
      wall_(Beginning()) {
  disk_.OnWrite([this] { return BeforeWrite(); });
  disk_.OnSync([this] { return BeforeSync(); });
}

void Machine::Note(std::string_view what, std::string_view more) {
  env_.trace.Note(env_.scheduler.Now(), {name_, what, more});
}

void Machine::Boot() {
  if (process_ != nullptr || stay_down_) return;
  boot_.Cancel();
  ++starts_;
  Note("boots");
  process_ = std::make_unique<Process>(SimHost::Parts{
      .scheduler = env_.scheduler,
      .network = env_.network,
      .disk = disk_,
      .machine = name_,
      .seed = random_.Next(),
      .boot = random_.Between(absl::Seconds(1), absl::Hours(1000)),
      .wall = wall_,
      .disk_delay = [this] { return random_.Between(disk_delay_low_, disk_delay_high_); },
      .log =
          [this](std::string_view line) {
            env_.trace.Remark(env_.scheduler.Now(), {name_, "log", line});
            return true;
          },
      .keys = env_.keys,
      .rarely = [&rare = env_.rare](async::Rare path) { return rare.Take(path); }});
  process_->host.executor().Post([this] { process_->tasks.Spawn(Start()); });
}

async::Task<void> Machine::Start() {
  Process& process = *process_;
  auto server = co_await start_(process.host, [this] {
    // Within a step of the process: it ends after it.
    const Crash exit{.machine_answers = true, .unsynced_survives = random_.Chance(0.5)};
    doom_ = std::make_unique<Doom>(Doom{exit, kRestartDelay, "fails"});
  });
  if (!server.ok()) {
    Note("cannot start:", server.status().ToString());
    const Crash exit{.machine_answers = true, .unsynced_survives = true};
    doom_ = std::make_unique<Doom>(Doom{exit, kRestartDelay, "exits"});
    co_return;
  }
  process.serving = *std::move(server);
  Note("serves");
}

void Machine::End(const Crash& crash) {
  if (process_ == nullptr) return;
  process_->host.node().Silence(crash.machine_answers);
  process_->tasks.CancelAll();
  process_->serving.reset();
  process_.reset();
  doom_.reset();
  stopping_ = false;
  steps_left_ = commits_left_ = 0;
  disk_.Crash(crash.unsynced_survives);
}

void Machine::BootIn(absl::Duration downtime) {
  boot_ = async::Timer(env_.outside, env_.outside.Now() + downtime, [this] { Boot(); });
}

void Machine::Kill(const Crash& crash, absl::Duration downtime) {
  if (process_ == nullptr) return;
  Note(crash.machine_answers ? "is killed" : "loses its power");
  End(crash);
  BootIn(downtime);
}

void Machine::KillInSteps(uint64_t steps, const Crash& crash, absl::Duration downtime) {
  if (process_ == nullptr) return;
  steps_left_ = steps;
  armed_ = {crash, downtime, "is killed"};
}

void Machine::KillAtCommit(uint64_t commits, bool written, const Crash& crash,
                           absl::Duration downtime) {
  if (process_ == nullptr) return;
  commits_left_ = commits;
  commit_is_written_ = written;
  armed_ = {crash, downtime, written ? "is killed after its commit" : "is killed in its commit"};
}

absl::Status Machine::BeforeWrite() {
  if (doom_ != nullptr) return absl::ResourceExhaustedError("the process is dead");
  if (commits_left_ > 0 && --commits_left_ == 0) {
    // What the step still does stays in the process, and ends with it.
    doom_ = std::make_unique<Doom>(armed_);
    process_->host.node().Silence(armed_.crash.machine_answers);
    if (!commit_is_written_) return absl::ResourceExhaustedError("the process is dead");
  }
  if (disk_full_) return absl::ResourceExhaustedError("no space left on device");
  return absl::OkStatus();
}

absl::Status Machine::BeforeSync() {
  if (!std::exchange(fail_sync_, false)) return absl::OkStatus();
  Note("fails to sync");
  return absl::InternalError("fsync: Input/output error");
}

void Machine::AfterStep(const async::SimExecutor* ran) {
  if (process_ == nullptr) return;
  if (steps_left_ > 0 && ran == &process_->host.sim_executor() && --steps_left_ == 0) {
    doom_ = std::make_unique<Doom>(armed_);
  }
  if (doom_ == nullptr) return;
  const Doom doom = *doom_;
  Note(doom.why);
  End(doom.crash);
  BootIn(doom.downtime);
}

void Machine::Restart(absl::Duration downtime) {
  if (!serving() || stopping_) return;
  stopping_ = true;
  Note("is told to stop");
  process_->host.executor().Post([this, downtime] { process_->tasks.Spawn(Stop(downtime)); });
}

async::Task<void> Machine::Stop(absl::Duration downtime) {
  co_await process_->serving->Shutdown();
  const Crash exit{.machine_answers = true, .unsynced_survives = true};
  doom_ = std::make_unique<Doom>(Doom{exit, downtime, "has stopped"});
}

void Machine::StayDown(bool down) {
  stay_down_ = down;
  if (!down) Boot();
}

void Machine::SetDiskDelay(absl::Duration low, absl::Duration high) {
  disk_delay_low_ = low;
  disk_delay_high_ = high;
}

void Machine::JumpClock(absl::Duration by) {
  wall_ += by;
  Note("jumps its clock by", absl::FormatDuration(by));
  if (process_ != nullptr) process_->host.sim_executor().JumpWall(by);
}

}  // namespace maru::simulation
