#include "common/saga/timers.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/events/backoff.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "maru/saga/store/v1/saga_store.pb.h"

namespace maru::saga {

namespace disk = store::v1;
using maru::store::Txn;

namespace {

constexpr std::string_view kWhere = "timers";

// Due in microseconds since 1970, kind, id.
constexpr maru::store::Table<disk::Timer, int64_t, std::string, std::string> kTimers(
    maru::store::kTimerTable, "timers");
// Kind, id.
constexpr maru::store::Table<disk::TimerDue, std::string, std::string> kDues(
    maru::store::kTimerDueTable, "due times of timers");

void PutTimer(Txn& txn, int64_t due_us, std::string_view kind, std::string_view id,
              uint32_t failures) {
  disk::Timer timer;
  timer.set_failures(failures);
  kTimers.Put(txn, due_us, kind, id, timer);
  disk::TimerDue due;
  due.set_due_us(due_us);
  kDues.Put(txn, kind, id, due);
}

}  // namespace

Timers::Timers(Environment environment, TimerOptions options)
    : env_(environment),
      options_(options),
      fired_(prometheus::BuildCounter()
                 .Name("maru_timers_fired_total")
                 .Help("Timers that fired")
                 .Register(env_.registry)
                 .Add({})),
      failed_(prometheus::BuildCounter()
                  .Name("maru_timers_failed_total")
                  .Help("Timers whose handler failed, to be tried again")
                  .Register(env_.registry)
                  .Add({})),
      next_seconds_(prometheus::BuildGauge()
                        .Name("maru_timers_next_timestamp_seconds")
                        .Help("When the earliest timer is due; 0: none waits")
                        .Register(env_.registry)
                        .Add({})),
      wake_(env_.executor),
      posting_(env_.executor) {}

Timers::~Timers() {
  scope_.CancelAll();  // before what its frames wait for
}

void Timers::On(std::string kind, Fire fire) {
  const bool fresh = handlers_.emplace(std::move(kind), std::move(fire)).second;
  MARU_CHECK(fresh);
}

void Timers::Start() { scope_.Spawn(Run()); }

absl::Status Timers::Set(Txn& txn, std::string_view kind, std::string_view id, absl::Time due) {
  RETURN_IF_ERROR(Cancel(txn, kind, id));
  const int64_t due_us = absl::ToUnixMicros(due);
  PutTimer(txn, due_us, kind, id, 0);
  std::string key = kTimers.KeyOf(due_us, kind, id);
  MutexLock lock(mutex_);
  if (key < from_) from_ = std::move(key);
  if (due < next_) {
    next_ = due;
    // Whoever is woken before this is durable looks by a transaction behind this one.
    posting_.Post([this] { wake_.NotifyAll(); });
  }
  return absl::OkStatus();
}

absl::Status Timers::Cancel(Txn& txn, std::string_view kind, std::string_view id) {
  ASSIGN_OR_RETURN(const std::optional<disk::TimerDue> due, kDues.Get(txn, kind, id));
  if (!due.has_value()) return absl::OkStatus();
  kTimers.Delete(txn, due->due_us(), kind, id);
  kDues.Delete(txn, kind, id);
  return absl::OkStatus();
}

Instant Timers::WakeTime() const {
  MutexLock lock(mutex_);
  if (next_ == absl::InfiniteFuture()) return Instant::InfiniteFuture();
  const absl::Duration left = next_ - env_.executor.WallNow();
  return env_.executor.Now() + std::min(std::max(left, absl::ZeroDuration()), options_.recheck);
}

async::Task<void> Timers::Run() {
  events::Backoff backoff(options_.initial_retry, options_.max_retry, env_.random);
  while (true) {
    const Instant until = WakeTime();
    if (env_.executor.Now() < until) {
      co_await wake_.WaitUntil(until);
      continue;
    }
    Fired fired;
    const absl::Status status =
        co_await env_.store.Apply([this, &fired](Txn& txn) { return FireDue(txn, fired); });
    if (status.ok()) {
      backoff.Reset();
      fired_.Increment(static_cast<double>(fired.count));
      for (const Failure& failure : fired.failures) {
        failed_.Increment();
        env_.journal.Error(kWhere, absl::StrCat(failure.timer, " failed; trying again later"),
                           failure.status);
      }
      continue;
    }
    {
      // What it planned did not happen.
      MutexLock lock(mutex_);
      next_ = absl::InfinitePast();
      from_.clear();
    }
    env_.journal.Warn(kWhere, "cannot fire; trying again", status);
    co_await env_.executor.Sleep(backoff.Next());
  }
}

absl::Status Timers::FireDue(Txn& txn, Fired& fired) {
  fired = {};
  maru::store::KeyRange range = kTimers.Range();
  {
    MutexLock lock(mutex_);
    range.begin = std::max(range.begin, from_);
  }
  const int64_t now_us = absl::ToUnixMicros(txn.Now());
  struct Due {
    std::tuple<int64_t, std::string, std::string> key;
    uint32_t failures;
  };
  std::vector<Due> due;
  const auto cursor = txn.Scan(range, maru::store::Direction::kForward);
  for (; due.size() < options_.batch && cursor->Valid(); cursor->Next()) {
    Due row;
    disk::Timer timer;
    if (!kTimers.Decode(cursor->key(), row.key) ||
        !timer.ParseFromArray(cursor->value().data(), static_cast<int>(cursor->value().size()))) {
      return maru::store::DamagedRow(kTimers.name(), cursor->key());
    }
    if (std::get<0>(row.key) > now_us) break;
    row.failures = timer.failures();
    due.push_back(std::move(row));
  }
  RETURN_IF_ERROR(cursor->status());
  for (const Due& row : due) {
    const auto& [due_us, kind, id] = row.key;
    // One that fired before it may have canceled it.
    ASSIGN_OR_RETURN(const std::optional<disk::Timer> timer, kTimers.Get(txn, due_us, kind, id));
    if (!timer.has_value()) continue;
    RETURN_IF_ERROR(FireOne(txn, due_us, kind, id, row.failures, fired));
  }
  return Plan(txn);
}

absl::Status Timers::FireOne(Txn& txn, int64_t due_us, const std::string& kind,
                             const std::string& id, uint32_t failures, Fired& fired) {
  kTimers.Delete(txn, due_us, kind, id);
  kDues.Delete(txn, kind, id);
  const auto handler = handlers_.find(kind);
  absl::Status status = txn.Attempt([&]() -> absl::Status {
    if (handler == handlers_.end()) {
      return absl::UnimplementedError(absl::StrCat("no handler for timers of kind ", kind));
    }
    return handler->second(txn, id);
  });
  if (status.ok()) {
    ++fired.count;
    return absl::OkStatus();
  }
  const absl::Duration pause = events::JitteredDelay(options_.initial_retry, options_.max_retry,
                                                     failures + 1, env_.random.Uniform());
  PutTimer(txn, absl::ToUnixMicros(txn.Now() + pause), kind, id, failures + 1);
  fired.failures.push_back({absl::StrCat(kind, " ", id), std::move(status)});
  return absl::OkStatus();
}

absl::Status Timers::Plan(Txn& txn) {
  maru::store::KeyRange range = kTimers.Range();
  {
    MutexLock lock(mutex_);
    range.begin = std::max(range.begin, from_);
  }
  const auto cursor = txn.Scan(range, maru::store::Direction::kForward);
  std::tuple<int64_t, std::string, std::string> key;
  const bool any = cursor->Valid();
  if (any && !kTimers.Decode(cursor->key(), key)) {
    return maru::store::DamagedRow(kTimers.name(), cursor->key());
  }
  RETURN_IF_ERROR(cursor->status());
  const absl::Time next = any ? absl::FromUnixMicros(std::get<0>(key)) : absl::InfiniteFuture();
  next_seconds_.Set(any ? static_cast<double>(absl::ToUnixSeconds(next)) : 0);
  MutexLock lock(mutex_);
  next_ = next;
  if (any) from_.assign(cursor->key());
  return absl::OkStatus();
}

}  // namespace maru::saga
