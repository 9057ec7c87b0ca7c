// Store: the ordered, transactional key-value store of a context.
//
// One writer takes all transactions that are queued, runs each against database + overlay of the group, commits the group
// as one synced write and only then releases the replies: no result (success, refusal, no-op, replay) is seen before all
// state that it could have read is on disk. Reads see the last durable state.
//
// All methods are called on the executor's thread. Destroying an awaiting frame takes its queued function back; if it is
// running at that moment, the destructor waits for its end.
#ifndef MARU_COMMON_STORE_STORE_H_
#define MARU_COMMON_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/rpc/call_context.h"
#include "common/store/backend.h"
#include "common/store/txn.h"

namespace maru::store {

struct StoreOptions {
  // "datecourse-schedule": producer of its events, checked against the format record on disk.
  std::string deployment;
  // "datecourse.schedule"
  std::string topic;
  // Transactions that may wait; more are refused with RESOURCE_EXHAUSTED/OVERLOADED.
  size_t max_queued = 10'000;
  // Results of commands are kept this long (domain.md, "Commands are idempotent").
  absl::Duration idempotency_ttl = absl::Hours(24);
  // Threads that wait for the disk on behalf of reads.
  int read_threads = 1;
};

// A row of the outbox: `event` is a serialised event.v1.Event.
struct OutboxRow {
  uint64_t sequence;
  std::string key;
  std::string event;
};

class Store {
 public:
  // Opens over `backend`, creating the format record in an empty one. FAILED_PRECONDITION: the data belongs to another
  // deployment or a newer format; DATA_LOSS: it is damaged. `executor` and `random` outlive the store.
  static absl::StatusOr<std::unique_ptr<Store>> Open(StoreOptions options, std::unique_ptr<Backend> backend,
                                                     async::Executor& executor, Random& random);
  virtual ~Store() = default;

  // Runs a command: `fn(Txn&)` -> absl::StatusOr<R>, R a protobuf message. With a request_id in `call`, a command that was
  // recorded before is not run again: its first result comes back; the result of this one is recorded with its effect.
  // What it published is added to `call`.
  //
  // Errors besides fn's own: RESOURCE_EXHAUSTED (DISK_FULL, OVERLOADED): nothing happened, retry later;
  // UNAVAILABLE/STORE_FAILED: outcome unknown, the process ends; INVALID_ARGUMENT/REQUEST_ID_REUSED.
  template <class Fn>
  auto Transact(const rpc::CallContext& call, Fn fn)
      -> async::Task<std::invoke_result_t<Fn, Txn&>>;

  // The same for the runtime's own work (subscriber, relay, sweeps, timers): nothing is recorded; `fn` -> absl::Status.
  template <class Fn>
  async::Task<absl::Status> Apply(Fn fn);

  // Runs `fn(Reader&)` -> absl::StatusOr<R> on the last durable state; on the executor's thread when all it reads is
  // cached, else again on a thread that may wait for the disk.
  template <class Fn>
  auto Read(Fn fn) -> async::Task<std::invoke_result_t<Fn, Reader&>>;

  // --- For the relay (common/events) ---
  // Durable rows after `after`, in sequence; at most `max_rows` and about `max_bytes`.
  virtual async::Task<absl::StatusOr<std::vector<OutboxRow>>> ReadOutbox(uint64_t after, size_t max_rows,
                                                                         size_t max_bytes) = 0;
  // Forgets the rows up to `sequence`: the broker has them.
  virtual async::Task<absl::Status> TrimOutbox(uint64_t sequence) = 0;
  // Highest durable sequence ever emitted; notified when it grows.
  virtual uint64_t last_sequence() const = 0;
  virtual async::Signal& outbox_grew() = 0;
  virtual uint64_t epoch() const = 0;
  // Random, made with the store: members of a group must share one (design.md, broker).
  virtual const std::string& store_id() const = 0;

  // Set once the store has failed (fsync, I/O): every later transaction is refused; the process should end.
  virtual absl::Status failure() const = 0;
  virtual async::Signal& failed() = 0;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_STORE_H_
