// Timers: what happens by itself later, surviving restarts.
//
//   timers.On("ticket-timeout", [](store::Txn& txn, std::string_view id) -> absl::Status { … });
//   RETURN_IF_ERROR(timers.Set(txn, "ticket-timeout", ticket.id(), txn.Now() + limit));
//   RETURN_IF_ERROR(timers.Cancel(txn, "ticket-timeout", ticket.id()));
//
// A timer is a row: set and canceled by the transaction that decides it, found by a seek to the
// earliest. So it costs nothing while it waits, however many there are, and nothing at start. It
// fires in one transaction with its own deletion: exactly once per setting.
//
// Due times are calendar times. A clock that jumps forward fires what it jumped over within
// `recheck`; one that goes back makes timers wait until it is there again; the store's time never
// goes back (Txn::Now), so a timer is never early by it.
//
// Executor's thread only, but for Set and Cancel, which are for transactions.
#ifndef MARU_COMMON_SAGA_TIMERS_H_
#define MARU_COMMON_SAGA_TIMERS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/mutex.h"
#include "common/saga/environment.h"
#include "common/store/posting.h"
#include "common/store/txn.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"

namespace maru::saga {

struct TimerOptions {
  // Timers that fire in one transaction.
  size_t batch = 100;
  // Longest sleep while a timer waits: how soon a jump of the calendar is noticed.
  absl::Duration recheck = absl::Minutes(1);
  // A handler that failed is tried again after a pause that doubles between these.
  absl::Duration initial_retry = absl::Seconds(1);
  absl::Duration max_retry = absl::Minutes(5);
};

class Timers {
 public:
  // What a timer does, on the writer's thread like any transaction. An error undoes what it wrote
  // and is tried again later. It may set the timer anew.
  using Fire = std::function<absl::Status(maru::store::Txn& txn, std::string_view id)>;

  Timers(Environment environment, TimerOptions options);
  ~Timers();

  // Before Start. `kind` is settled on disk.
  void On(std::string kind, Fire fire);
  // Begins to fire, what became due while nobody was there first.
  void Start();

  // One timer per (kind, id): a later Set replaces it. A due time that has passed fires at once.
  // Errors of the store.
  absl::Status Set(maru::store::Txn& txn, std::string_view kind, std::string_view id,
                   absl::Time due);
  // Harmless when there is none.
  absl::Status Cancel(maru::store::Txn& txn, std::string_view kind, std::string_view id);

 private:
  struct Failure {
    std::string timer;
    absl::Status status;
  };
  // What a transaction has fired.
  struct Fired {
    size_t count = 0;
    std::vector<Failure> failures;
  };

  async::Task<void> Run();
  // When the earliest may be due.
  Instant WakeTime() const;
  absl::Status FireDue(maru::store::Txn& txn, Fired& fired);
  absl::Status FireOne(maru::store::Txn& txn, int64_t due_us, const std::string& kind,
                       const std::string& id, uint32_t failures, Fired& fired);
  // Finds the earliest that is left.
  absl::Status Plan(maru::store::Txn& txn);

  const Environment env_;
  const TimerOptions options_;
  absl::btree_map<std::string, Fire> handlers_;
  prometheus::Counter& fired_;
  prometheus::Counter& failed_;
  prometheus::Gauge& next_seconds_;

  mutable Mutex mutex_;
  // No timer is due before this. Written by transactions, in their order; what a transaction that
  // did not commit has lowered is found too early by the next look.
  absl::Time next_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // No row is before this key: what has fired lies there as tombstones.
  std::string from_ ABSL_GUARDED_BY(mutex_);

  async::Signal wake_;
  maru::store::Posting posting_;
  async::Scope scope_;
};

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_TIMERS_H_
