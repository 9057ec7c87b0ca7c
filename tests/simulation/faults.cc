#include "tests/simulation/faults.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace maru::simulation {

namespace {

constexpr uint64_t kMostFaults = 24;
// One run in so many is calm: what fails there is no fault's fault.
constexpr uint64_t kCalmRuns = 16;

}  // namespace

const std::vector<std::pair<std::string_view, Faults::Kind>>& Faults::Kinds() {
  static const auto& kinds = *new std::vector<std::pair<std::string_view, Kind>>{
      {"kill", &Faults::Kill},
      {"kill-at-commit", &Faults::KillAtCommit},
      {"lose-power", &Faults::LosePower},
      {"kill-all", &Faults::KillAll},
      {"stay-down", &Faults::StayDown},
      {"restart", &Faults::Restart},
      {"restart-all", &Faults::RestartAll},
      {"cut-one-way", &Faults::CutOneWay},
      {"partition", &Faults::Partition},
      {"isolate", &Faults::Isolate},
      {"slow-link", &Faults::SlowLink},
      {"lose-segments", &Faults::LoseSegments},
      {"reset-connections", &Faults::ResetConnections},
      {"slow-disk", &Faults::SlowDisk},
      {"full-disk", &Faults::FullDisk},
      {"fail-sync", &Faults::FailSync},
      {"cool-disk", &Faults::CoolDisk},
      {"jump-clock", &Faults::JumpClock}};
  return kinds;
}

Faults::Faults(World& world) : world_(world), random_(world.NewSeed()) {}

void Faults::Plan(Instant until) {
  ends_with_restart_ = false;
  if (random_.Below(kCalmRuns) == 0) return;
  std::vector<std::pair<std::string_view, Kind>> chosen;
  for (const auto& kind : Kinds()) {
    if (random_.Chance(0.4)) chosen.push_back(kind);
  }
  if (chosen.empty()) chosen = Kinds();
  ends_with_restart_ = random_.Chance(0.25);
  const uint64_t faults = 1 + random_.Below(kMostFaults);
  for (uint64_t i = 0; i < faults; ++i) {
    const auto& [name, kind] = chosen[random_.Below(chosen.size())];
    PlanOne(name, kind, world_.Now() + (until - world_.Now()) * random_.Uniform());
  }
}

void Faults::PlanOne(std::string_view name, Kind kind, Instant when) {
  planned_.emplace_back(world_.outside(), when, [this, name, kind] {
    ++count_[name];
    Note("fault", name);
    (this->*kind)();
  });
}

void Faults::Heal() {
  planned_.clear();
  world_.rare().Stop();
  for (auto& [number, lasting] : std::exchange(lasting_, {})) lasting.undo();
  for (const auto& machine : world_.machines()) {
    machine->Disarm();
    if (ends_with_restart_) machine->Kill({}, absl::ZeroDuration());
    machine->Boot();
  }
  Note("all faults are over");
}

void Faults::Until(absl::Duration low, absl::Duration high, async::Callback undo) {
  const uint64_t number = ++last_;
  lasting_[number] = {
      std::move(undo),
      async::Timer(world_.outside(), world_.Now() + random_.Between(low, high), [this, number] {
        auto ended = lasting_.extract(number);
        ended.mapped().undo();
      })};
}

void Faults::Note(std::string_view what, std::string_view where) {
  world_.trace().Note(world_.Now(), {"----", what, where});
}

Machine& Faults::AnyMachine() {
  Machine& machine = *world_.machines()[random_.Below(world_.machines().size())];
  Note("on", machine.name());
  return machine;
}

std::string Faults::AnyEnd() {
  const uint64_t which = random_.Below(world_.machines().size() + 1);
  return which == 0 ? World::kClient : world_.machines()[which - 1]->name();
}

absl::Duration Faults::Downtime() {
  return random_.Between(absl::Milliseconds(50), absl::Seconds(3));
}

void Faults::Kill() {
  const Crash crash{.machine_answers = true, .unsynced_survives = true};
  AnyMachine().KillInSteps(1 + random_.Below(300), crash, Downtime());
}

void Faults::KillAtCommit() {
  const Crash crash{.machine_answers = random_.Chance(0.5), .unsynced_survives = false};
  AnyMachine().KillAtCommit(1 + random_.Below(8), random_.Chance(0.5), crash, Downtime());
}

void Faults::LosePower() {
  const Crash crash{.machine_answers = false, .unsynced_survives = random_.Chance(0.5)};
  AnyMachine().Kill(crash, Downtime());
}

void Faults::KillAll() {
  for (const auto& machine : world_.machines()) {
    if (random_.Chance(0.8)) machine->Kill({}, Downtime());
  }
}

void Faults::StayDown() {
  Machine& machine = AnyMachine();
  machine.StayDown(true);
  machine.Kill({}, Downtime());
  Until(absl::Seconds(2), absl::Seconds(20), [&machine] { machine.StayDown(false); });
}

void Faults::Restart() { AnyMachine().Restart(Downtime()); }

void Faults::RestartAll() {
  Instant when = world_.Now();
  for (const auto& machine : world_.machines()) {
    when = when + random_.Between(absl::ZeroDuration(), absl::Seconds(4));
    planned_.emplace_back(world_.outside(), when,
                          [this, machine = machine.get()] { machine->Restart(Downtime()); });
  }
}

void Faults::ChangeLink(const std::string& from, const std::string& to, const rpc::SimLink& link,
                        absl::Duration low, absl::Duration high) {
  if (from == to) return;
  Note(absl::StrCat(from, " -> ", to), link.cut ? "is cut" : "is worse");
  world_.network().SetLink(from, to, link);
  // Faults of one link may overlap: the last one to end mends it.
  Until(low, high, [this, from, to] {
    Note(absl::StrCat(from, " -> ", to), "is mended");
    world_.network().SetLink(from, to, {});
  });
}

void Faults::Cut(const std::string& from, const std::string& to, absl::Duration low,
                 absl::Duration high) {
  rpc::SimLink link;
  link.cut = true;
  ChangeLink(from, to, link, low, high);
}

void Faults::CutOneWay() { Cut(AnyEnd(), AnyEnd(), absl::Milliseconds(200), absl::Seconds(15)); }

void Faults::Partition() {
  const std::string one = AnyEnd();
  const std::string other = AnyEnd();
  Cut(one, other, absl::Milliseconds(200), absl::Seconds(20));
  Cut(other, one, absl::Milliseconds(200), absl::Seconds(20));
}

void Faults::Isolate() {
  const std::string one = AnyMachine().name();
  for (const auto& machine : world_.machines()) {
    Cut(one, machine->name(), absl::Seconds(1), absl::Seconds(20));
    Cut(machine->name(), one, absl::Seconds(1), absl::Seconds(20));
  }
}

void Faults::SlowLink() {
  rpc::SimLink link;
  link.min_latency = absl::Milliseconds(1);
  link.max_latency = random_.Between(absl::Milliseconds(5), absl::Milliseconds(900));
  ChangeLink(AnyEnd(), AnyEnd(), link, absl::Seconds(1), absl::Seconds(20));
}

void Faults::LoseSegments() {
  rpc::SimLink link;
  link.retransmitted = 0.02 + 0.3 * random_.Uniform();
  ChangeLink(AnyEnd(), AnyEnd(), link, absl::Seconds(1), absl::Seconds(20));
}

void Faults::ResetConnections() {
  const std::string one = AnyEnd();
  world_.network().Reset(one, AnyEnd());
}

void Faults::SlowDisk() {
  Machine& machine = AnyMachine();
  const absl::Duration longest = random_.Chance(0.2) ? absl::Seconds(2) : absl::Milliseconds(60);
  machine.SetDiskDelay(absl::Milliseconds(1), random_.Between(absl::Milliseconds(2), longest));
  Until(absl::Seconds(1), absl::Seconds(15),
        [&machine] { machine.SetDiskDelay(absl::Microseconds(60), absl::Microseconds(250)); });
}

void Faults::FullDisk() {
  Machine& machine = AnyMachine();
  machine.SetDiskFull(true);
  Until(absl::Milliseconds(100), absl::Seconds(10), [&machine] { machine.SetDiskFull(false); });
}

void Faults::FailSync() { AnyMachine().FailNextSync(); }

void Faults::CoolDisk() { AnyMachine().CoolDisk(); }

void Faults::JumpClock() {
  Machine& machine = AnyMachine();
  // Mostly as NTP is off, now and then as an operator errs.
  const absl::Duration most = random_.Chance(0.2) ? absl::Minutes(20) : absl::Seconds(3);
  const absl::Duration by = random_.Between(-most, most);
  machine.JumpClock(by);
  Until(absl::Seconds(1), absl::Seconds(20), [&machine, by] { machine.JumpClock(-by); });
}

}  // namespace maru::simulation
