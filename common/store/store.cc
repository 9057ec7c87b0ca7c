#include "common/store/store.h"

#include <algorithm>

#include "common/async/rare.h"
#include "common/store/key.h"
#include "common/store/records.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

namespace {

// Rows that one transaction of TrimOutbox deletes: trimming a long outbox does not hold up
// commands.
constexpr uint64_t kTrimRows = 1000;

constexpr Table<event::v1::Event, uint64_t> kOutbox(kOutboxTable, "outbox");

absl::StatusOr<std::vector<OutboxRow>> OutboxRows(Reader& reader, uint64_t after, size_t max_rows,
                                                  size_t max_bytes) {
  std::vector<OutboxRow> rows;
  size_t bytes = 0;
  // From the key behind `after`, never from the start of the table: what was trimmed lies there as
  // tombstones.
  const ScanOptions options{.after = kOutbox.KeyOf(after)};
  const auto cursor = reader.Scan(RangeBehind(kOutbox.Range(), options), options.direction);
  for (; rows.size() < max_rows && bytes < max_bytes && cursor->Valid(); cursor->Next()) {
    std::tuple<uint64_t> key;
    event::v1::Event event;
    const std::string_view value = cursor->value();
    if (!kOutbox.Decode(cursor->key(), key) ||
        !event.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return DamagedRow(kOutbox.name(), cursor->key());
    }
    bytes += value.size();
    rows.push_back({std::get<0>(key), std::move(*event.mutable_key()), std::string(value)});
  }
  RETURN_IF_ERROR(cursor->status());
  return rows;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(StoreOptions options,
                                                   std::unique_ptr<Backend> backend,
                                                   async::Executor& executor, Random& random) {
  ASSIGN_OR_RETURN(v1::Format format,
                   OpenFormat(*backend, options.deployment, executor.WallNow(), random));
  WriterState state{.producer = {options.deployment, options.topic, format.epoch()},
                    .base = backend->Snap(),
                    .overlay = {},
                    .ids = IdSource(random)};
  RETURN_IF_ERROR(LoadClock(*state.base, state));
  ASSIGN_OR_RETURN(const uint64_t trimmed, LoadTrim(*state.base));

  std::unique_ptr<Store> store(
      new Store(std::move(options), std::move(backend), executor, std::move(format)));
  store->trimmed_sequence_ = trimmed;
  store->durable_ = {state.base, state.sequence, absl::OkStatus()};
  const bool own_threads = store->options_.steps == nullptr;
  async::Executor& steps = own_threads ? executor : *store->options_.steps;
  store->reads_ = std::make_unique<ReadPool>(own_threads ? store->options_.read_threads : 0, steps);
  store->writer_ = std::make_unique<Writer>(
      Writer::Options{.idempotency_ttl = store->options_.idempotency_ttl,
                      .own_thread = own_threads},
      std::move(state), *store->backend_, steps,
      [store = store.get()](Durable durable) { store->Publish(std::move(durable)); });
  // The sweep's frame lives on the executor's thread.
  store->posting_.Post([store = store.get()] { store->sweeps_.Spawn(store->SweepForever()); });
  return store;
}

Store::Store(StoreOptions options, std::unique_ptr<Backend> backend, async::Executor& executor,
             v1::Format format)
    : options_(std::move(options)),
      format_(std::move(format)),
      executor_(executor),
      backend_(std::move(backend)),
      outbox_grew_(executor),
      committed_(executor),
      failed_(executor),
      posting_(executor) {}

Store::~Store() = default;

absl::Status Store::Admit() const {
  if (!durable_.failure.ok()) return options::v1::errors::StoreFailed();
  if (writer_->waiting() >= options_.max_queued || executor_.Rarely(async::Rare::kFullQueue))
    return options::v1::errors::Overloaded();
  return absl::OkStatus();
}

absl::Status Store::AdmitRead() const {
  return reads_->waiting() < options_.max_queued ? absl::OkStatus()
                                                 : options::v1::errors::Overloaded();
}

void Store::Publish(Durable durable) {
  const bool grew = durable.last_sequence > durable_.last_sequence;
  const bool failed = !durable.failure.ok();
  if (!failed) durable.failure = std::move(durable_.failure);
  durable_ = std::move(durable);
  if (grew) outbox_grew_.NotifyAll();
  ++commits_;
  committed_.NotifyAll();
  if (failed) failed_.NotifyAll();
}

async::Task<absl::Status> Store::Warm(std::vector<std::string> keys) {
  co_return co_await Read([&keys](Reader& reader) -> absl::Status {
    for (const std::string& key : keys) RETURN_IF_ERROR(reader.Get(key).status());
    return absl::OkStatus();
  });
}

async::Task<absl::StatusOr<std::optional<rpc::Recorded>>> Store::Find(
    const rpc::IdempotencyKey& key) {
  const absl::Time now = executor_.WallNow();
  co_return co_await Read([&key, now](Reader& reader) { return FindRecorded(reader, key, now); });
}

async::Task<absl::StatusOr<std::vector<OutboxRow>>> Store::ReadOutbox(uint64_t after,
                                                                      size_t max_rows,
                                                                      size_t max_bytes) {
  co_return co_await Read(
      [=](Reader& reader) { return OutboxRows(reader, after, max_rows, max_bytes); });
}

async::Task<absl::Status> Store::TrimOutbox(uint64_t sequence) {
  sequence = std::min(sequence, last_sequence());
  while (trimmed_sequence_ < sequence) {
    const uint64_t from = trimmed_sequence_;
    const uint64_t to = std::min(sequence, from + kTrimRows);
    CO_RETURN_IF_ERROR(co_await Apply([from, to](Txn& txn) {
      for (uint64_t row = from + 1; row <= to; ++row) kOutbox.Delete(txn, row);
      PutTrim(txn, to);
      return absl::OkStatus();
    }));
    trimmed_sequence_ = std::max(trimmed_sequence_, to);
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<SweepStep>> Store::SweepOnce(const std::string& after) {
  const absl::Time now = executor_.WallNow();
  const size_t rows = options_.sweep_rows;
  auto find = [&after, rows, now](Reader& reader) { return FindExpired(reader, after, rows, now); };
  // Always on the pool: the walk is long, and most of it is not worth the cache.
  TypedRead<decltype(find)> read(durable_.snapshot, ReadTier::kOnce, find);
  co_await reads_->Run(read);
  CO_ASSIGN_OR_RETURN(SweepStep step, read.TakeResult());
  if (!step.expired.empty()) {
    CO_RETURN_IF_ERROR(
        co_await Apply([&step](Txn& txn) { return DeleteExpired(txn, step.expired, txn.Now()); }));
  }
  co_return step;
}

async::Task<void> Store::SweepForever() {
  std::string after;
  while (true) {
    absl::StatusOr<SweepStep> step = co_await SweepOnce(after);
    // An error (disk full, damage, overload) is met by whoever needs the rows; the sweep begins
    // again after its rest.
    after = step.ok() ? std::move(step->after) : std::string();
    co_await executor_.Sleep(after.empty() ? options_.sweep_rest : options_.sweep_pause);
  }
}

}  // namespace maru::store
