#include "common/events/view_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace maru::events {

namespace {

constexpr std::string_view kWhere = "view";

}  // namespace

ViewRunner::ViewRunner(Environment environment, ViewOptions options, const View& view)
    : env_(environment),
      options_(std::move(options)),
      view_(view),
      applied_(env_.executor, Routes::Of(options_.system, view, 0).topics()) {}

ViewRunner::~ViewRunner() {
  scope_.CancelAll();  // before the subscribers that its frames wait for
}

async::Task<absl::Status> ViewRunner::Open() {
  const auto read = [](maru::store::Reader& reader) { return ReadGenerations(reader); };
  CO_ASSIGN_OR_RETURN(const ViewGenerations generations, co_await env_.store.Read(read));
  CO_RETURN_IF_ERROR(co_await applied_.Load(env_.store, ViewId(generations.live())));
  live_ = MakeSubscriber(generations.live(), applied_);
  live_->Start();
  if (generations.building() != 0) StartBuilding(generations.building());
  for (const Generation retired : generations.retired()) scope_.Spawn(Retire(retired));
  co_return absl::OkStatus();
}

std::unique_ptr<Subscriber> ViewRunner::MakeSubscriber(Generation generation, Applied& applied) {
  SubscriberOptions options = options_.subscriber;
  options.id = ViewId(generation);
  return std::make_unique<Subscriber>(env_, std::move(options),
                                      Routes::Of(options_.system, view_, generation), applied);
}

void ViewRunner::StartBuilding(Generation generation) {
  building_.applied = std::make_unique<Applied>(
      env_.executor, Routes::Of(options_.system, view_, generation).topics());
  building_.subscriber = MakeSubscriber(generation, *building_.applied);
  building_.subscriber->Start();
  scope_.Spawn(Build());
}

async::Task<absl::StatusOr<Generation>> ViewRunner::Rebuild() {
  ViewGenerations generations;
  const auto begin = [&generations](maru::store::Txn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(generations, BeginRebuild(txn));
    return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await env_.store.Apply(begin));
  // Another call may have been faster, and its rebuild even complete.
  if (building_.subscriber == nullptr && live_->id().generation != generations.building()) {
    StartBuilding(generations.building());
  }
  co_return generations.building();
}

async::Task<void> ViewRunner::Build() {
  while (true) {
    co_await env_.executor.Sleep(options_.switch_interval);
    const Subscriber& copy = *building_.subscriber;
    if (!copy.reached_ends_of(*live_) || copy.lag() > options_.switch_lag ||
        copy.parked() > live_->parked()) {
      continue;
    }
    // Holding the live copy is of no use before.
    const auto near = [](maru::store::Reader& reader) { return MayBecomeLevel(reader); };
    const absl::StatusOr<bool> is_near = co_await env_.store.Read(near);
    if (!is_near.ok() || !*is_near) continue;
    const bool switched = co_await TrySwitch();
    if (switched) break;
  }
  const Generation old = live_->id().generation;
  FinishSwitch();
  scope_.Spawn(Retire(old));
}

async::Task<bool> ViewRunner::TrySwitch() {
  const Instant until = env_.executor.Now() + options_.switch_limit;
  co_await live_->Pause();
  absl::Status status = absl::UnavailableError("not tried");
  while (!status.ok() && env_.executor.Now() < until) {
    const auto switch_over = [](maru::store::Txn& txn) { return SwitchGeneration(txn); };
    status = co_await env_.store.Apply(switch_over);
    if (!status.ok()) co_await env_.executor.Sleep(absl::Milliseconds(5));
  }
  if (!status.ok()) {
    env_.journal.Warn(kWhere, "the rebuilt copy cannot be switched to yet", status);
    live_->Resume();
  }
  co_return status.ok();
}

void ViewRunner::FinishSwitch() {
  live_ = std::move(building_.subscriber);
  live_->ReportTo(applied_);
  for (const auto& [partition, sequence] : building_.applied->sequences()) {
    applied_.Advance(partition, sequence);
  }
  building_.applied.reset();
}

async::Task<void> ViewRunner::Retire(Generation generation) {
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(5), env_.random);
  bool gone = false;
  while (!gone) {
    const auto step = [this, generation, &gone](maru::store::Txn& txn) -> absl::Status {
      ASSIGN_OR_RETURN(gone,
                       DeleteGeneration(txn, generation, options_.tables, options_.delete_rows));
      return absl::OkStatus();
    };
    const absl::Status status = co_await env_.store.Apply(step);
    if (status.ok()) {
      backoff.Reset();
      co_await env_.executor.Sleep(options_.delete_pause);
      continue;
    }
    gone = false;
    env_.journal.Warn(kWhere, absl::StrCat("copy ", generation, " cannot be deleted; trying again"),
                      status);
    co_await env_.executor.Sleep(backoff.Next());
  }
}

std::vector<Subscriber*> ViewRunner::subscribers() const {
  std::vector<Subscriber*> subscribers;
  if (live_ != nullptr) subscribers.push_back(live_.get());
  if (building_.subscriber != nullptr) subscribers.push_back(building_.subscriber.get());
  return subscribers;
}

}  // namespace maru::events
