// Store: the ordered, transactional key-value store of a context.
//
// One writer takes all transactions that are queued, runs each against database + overlay of the
// group, commits the group as one synced write and only then releases the replies: no result
// (success, refusal, no-op, replay) is seen before all state that it could have read is on disk.
// Reads see the last durable state.
//
// All methods are called on the executor's thread, and the store is destroyed there (or once the
// executor has ended), after every frame that awaits it. Destroying an awaiting frame takes its
// queued function back; if it is running at that moment, the destructor waits for its end.
#ifndef MARU_COMMON_STORE_STORE_H_
#define MARU_COMMON_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/async/executor.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "common/rpc/call_context.h"
#include "common/rpc/replay.h"
#include "common/store/backend.h"
#include "common/store/command.h"
#include "common/store/idempotency.h"
#include "common/store/read_pool.h"
#include "common/store/snapshot_reader.h"
#include "common/store/txn.h"
#include "common/store/writer.h"
#include "maru/store/v1/store.pb.h"

namespace maru::store {

struct StoreOptions {
  // "datecourse-schedule": producer of its events, checked against the format record on disk.
  std::string deployment;
  // "datecourse.schedule"
  std::string topic;
  // Transactions that may wait, and reads that may wait for the disk; more are refused with
  // RESOURCE_EXHAUSTED/OVERLOADED.
  size_t max_queued = 10'000;
  // Results of commands are kept this long (domain.md, "Commands are idempotent").
  absl::Duration idempotency_ttl = absl::Hours(24);
  // The sweep of expired results: while there are any, it looks at `sweep_rows` records per
  // `sweep_pause` (2,000 a second keep up with 2,000 commands a second); after a whole walk it
  // rests for `sweep_rest`.
  size_t sweep_rows = 2'000;
  absl::Duration sweep_pause = absl::Seconds(1);
  absl::Duration sweep_rest = absl::Minutes(10);
  // Threads that wait for the disk on behalf of reads.
  int read_threads = 1;
  // Where the work runs that waits for the disk. Null: on a writer thread and read_threads. Else as
  // steps on this executor, of the same thread as the store's own: the same code under virtual time
  // (tests, simulation).
  async::Executor* steps = nullptr;
};

// A row of the outbox: `event` is a serialised event.v1.Event.
struct OutboxRow {
  uint64_t sequence;
  std::string key;
  std::string event;
};

class Store final : public rpc::ReplayLookup {
 public:
  // Opens over `backend`, creating the format record in an empty one; waits for the disk. Any
  // thread. FAILED_PRECONDITION: the data belongs to another deployment or a newer format;
  // DATA_LOSS: it is damaged. `executor` and `random` outlive the store.
  static absl::StatusOr<std::unique_ptr<Store>> Open(StoreOptions options,
                                                     std::unique_ptr<Backend> backend,
                                                     async::Executor& executor, Random& random);
  ~Store() override;

  // Runs a command: `fn(Txn&)` -> absl::StatusOr<R>, R a protobuf message. With a request_id in
  // `call`, a command that was recorded before is not run again: its first result comes back; the
  // result of this one is recorded with its effect. So R is the reply of the method, and a command
  // makes one such transaction; what it does before belongs into Apply. What it published is added
  // to `call`.
  //
  // Errors besides fn's own: RESOURCE_EXHAUSTED (DISK_FULL, OVERLOADED): nothing happened, retry
  // later; UNAVAILABLE/STORE_FAILED: outcome unknown, the process ends;
  // INVALID_ARGUMENT/REQUEST_ID_REUSED; and the first error of a read within fn, even if fn
  // overlooked it (DATA_LOSS): nothing happened.
  template <class Fn>
  auto Transact(const rpc::CallContext& call, Fn fn)
      -> async::Task<std::invoke_result_t<Fn&, Txn&>>;

  // The same for a command that will read the rows `touched` (KeySpace::KeyOf): what is cold of
  // them is brought into the cache first, so that the writer does not wait for the disk. Errors
  // also as of Read.
  template <class Fn>
  auto Transact(const rpc::CallContext& call, std::vector<std::string> touched, Fn fn)
      -> async::Task<std::invoke_result_t<Fn&, Txn&>>;

  // The same for the runtime's own work (subscriber, relay, sweeps, timers): nothing is recorded;
  // `fn` -> absl::Status.
  template <class Fn>
  async::Task<absl::Status> Apply(Fn fn);

  // Runs `fn(Reader&)` -> absl::StatusOr<R> on the last durable state; on the executor's thread
  // when all it reads is cached, else again on a thread that may wait for the disk: it may run
  // twice and must not have effects. Errors besides fn's own: RESOURCE_EXHAUSTED/OVERLOADED: too
  // many reads wait for the disk.
  template <class Fn>
  auto Read(Fn fn) -> async::Task<std::invoke_result_t<Fn&, Reader&>>;

  // Brings rows into the cache, so that a transaction that will read them does not make the writer
  // wait for the disk. `keys` from KeySpace::KeyOf. Errors as of Read; it is safe to go on without.
  async::Task<absl::Status> Warm(std::vector<std::string> keys);

  // The recorded first result of a command; see replay.h.
  async::Task<absl::StatusOr<std::optional<rpc::Recorded>>> Find(
      const rpc::IdempotencyKey& key) override;

  // --- For the relay (common/events) ---
  // Durable rows after `after`, in sequence; at most `max_rows` and about `max_bytes`, but at least
  // one if there is one.
  async::Task<absl::StatusOr<std::vector<OutboxRow>>> ReadOutbox(uint64_t after, size_t max_rows,
                                                                 size_t max_bytes);
  // Forgets the rows up to `sequence`: the broker has them.
  async::Task<absl::Status> TrimOutbox(uint64_t sequence);
  // Rows up to this sequence are forgotten.
  uint64_t trimmed_sequence() const { return trimmed_sequence_; }
  // Highest durable sequence ever emitted; notified when it grows.
  uint64_t last_sequence() const { return durable_.last_sequence; }
  async::Signal& outbox_grew() { return outbox_grew_; }
  uint64_t epoch() const { return format_.epoch(); }
  // Random, made with the store: members of a group must share one (design.md, broker).
  const std::string& store_id() const { return format_.store_id(); }

  // For those who watch rows: how often readers may have come to see something new, and a signal
  // that is notified after each time.
  uint64_t commits() const { return commits_; }
  async::Signal& committed() { return committed_; }

  // Set once the store has failed (fsync, I/O): every later transaction is refused; the process
  // should end.
  absl::Status failure() const { return durable_.failure; }
  async::Signal& failed() { return failed_; }

 private:
  Store(StoreOptions options, std::unique_ptr<Backend> backend, async::Executor& executor,
        v1::Format format);

  // Whether another transaction may queue.
  absl::Status Admit() const;
  // On the executor, after each group.
  void Publish(Durable durable);
  // A read that was not served from the cache; OVERLOADED when too many wait.
  absl::Status AdmitRead() const;
  async::Task<void> SweepForever();
  async::Task<absl::StatusOr<SweepStep>> SweepOnce(const std::string& after);

  const StoreOptions options_;
  const v1::Format format_;
  async::Executor& executor_;
  const std::unique_ptr<Backend> backend_;
  uint64_t trimmed_sequence_ = 0;
  Durable durable_;
  async::Signal outbox_grew_;
  uint64_t commits_ = 0;
  async::Signal committed_;
  async::Signal failed_;
  std::unique_ptr<ReadPool> reads_;
  std::unique_ptr<Writer> writer_;
  Posting posting_;
  async::Scope sweeps_;
};

template <class Fn>
auto Store::Transact(const rpc::CallContext& call, Fn fn)
    -> async::Task<std::invoke_result_t<Fn&, Txn&>> {
  CO_RETURN_IF_ERROR(Admit());
  TypedCommand<Fn> command(call, fn);
  co_await writer_->Run(command);
  CO_RETURN_IF_ERROR(command.outcome());
  call.Published(command.published());
  co_return command.TakeResult();
}

template <class Fn>
auto Store::Transact(const rpc::CallContext& call, std::vector<std::string> touched, Fn fn)
    -> async::Task<std::invoke_result_t<Fn&, Txn&>> {
  CO_RETURN_IF_ERROR(co_await Warm(std::move(touched)));
  co_return co_await Transact(call, std::move(fn));
}

template <class Fn>
async::Task<absl::Status> Store::Apply(Fn fn) {
  CO_RETURN_IF_ERROR(Admit());
  PlainCommand<Fn> command(fn);
  co_await writer_->Run(command);
  CO_RETURN_IF_ERROR(command.outcome());
  co_return command.TakeResult();
}

template <class Fn>
auto Store::Read(Fn fn) -> async::Task<std::invoke_result_t<Fn&, Reader&>> {
  {
    SnapshotReader cached(*durable_.snapshot, ReadTier::kCacheOnly);
    auto result = fn(cached);
    if (!cached.missed()) co_return result;
  }
  CO_RETURN_IF_ERROR(AdmitRead());
  TypedRead<Fn> read(durable_.snapshot, ReadTier::kAll, fn);
  co_await reads_->Run(read);
  co_return read.TakeResult();
}

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_STORE_H_
