// Durable transactions a second through the whole store: W callers on one executor, each one row
// read among ROWS and three rows written (state, outbox, idempotency record; about 550 bytes).
//
//   maru-store-bench [--engine=rocksdb|memory] [--folder=DIR] [--callers=1,16,100] [--rows=100000]
//   [--seconds=3]
//
// Prints for each number of callers the rate, the CPU time of the process per transaction and the
// latency.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "common/async/thread_loop.h"
#include "common/async/when_all.h"
#include "common/store/key.h"
#include "common/store/memory_backend.h"
#include "common/store/rocksdb_backend.h"
#include "common/store/store.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "google/protobuf/wrappers.pb.h"

ABSL_FLAG(std::string, engine, "rocksdb", "rocksdb or memory");
ABSL_FLAG(std::string, folder, "store-bench.data", "emptied first; rocksdb only");
ABSL_FLAG(std::vector<std::string>, callers, std::vector<std::string>({"1", "16", "100"}),
          "in flight");
ABSL_FLAG(int, rows, 100'000, "rows in the table");
ABSL_FLAG(double, seconds, 3, "per number of callers");

namespace google::protobuf {
inline std::string_view MaruEventKey(const StringValue& event) {
  return std::string_view(event.value()).substr(0, 16);
}
inline std::string_view MaruEventCorrelationId(const StringValue& event) {
  return MaruEventKey(event);
}
}  // namespace google::protobuf

namespace maru::store {
namespace {

using google::protobuf::StringValue;

constexpr Table<StringValue, std::string> kState(kFirstContextTable, "state");

StringValue Filler(size_t bytes) {
  StringValue value;
  value.set_value(std::string(bytes, 'x'));
  return value;
}

std::string IdOf(uint64_t row) {
  return absl::StrCat("0190163d-8694-739b-aea5-", absl::Dec(row, absl::kZeroPad12));
}

struct Run {
  Store& store;
  async::Executor& executor;
  Random& random;
  uint64_t rows;
  Instant until;
  std::vector<absl::Duration> latencies = {};
};

async::Task<bool> Caller(Run& run) {
  const StringValue state = Filler(200);
  const StringValue event = Filler(100);
  uint64_t request = run.random.Next();
  while (true) {
    const Instant start = run.executor.Now();
    if (start > run.until) co_return true;
    const std::string id = IdOf(run.random.Next() % run.rows);
    const rpc::CallContext call = TestCall(IdOf(++request));
    const auto reply =
        co_await run.store.Transact(call, [&](Txn& txn) -> absl::StatusOr<StringValue> {
          ASSIGN_OR_RETURN(const auto before, kState.Get(txn, id));
          if (!before.has_value()) return absl::InternalError("lost row");
          kState.Put(txn, id, state);
          txn.Emit(event);
          return *before;
        });
    if (!reply.ok()) {
      std::fprintf(stderr, "%s\n", reply.status().ToString().c_str());
      co_return false;
    }
    run.latencies.push_back(run.executor.Now() - start);
  }
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * time.tv_usec;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

bool Fill(async::ThreadLoop& loop, Store& store, uint64_t rows) {
  constexpr uint64_t kBatch = 1000;
  for (uint64_t from = 0; from < rows; from += kBatch) {
    const absl::Status filled = loop.BlockOn(store.Apply([from](Txn& txn) {
      for (uint64_t row = from; row < from + kBatch; ++row) kState.Put(txn, IdOf(row), Filler(200));
      return absl::OkStatus();
    }));
    if (!filled.ok()) return false;
  }
  return true;
}

bool Measure(async::ThreadLoop& loop, Store& store, Random& random, int callers) {
  Run run{store, loop, random, static_cast<uint64_t>(absl::GetFlag(FLAGS_rows)),
          loop.Now() + absl::Seconds(absl::GetFlag(FLAGS_seconds))};
  std::vector<async::Task<bool>> tasks;
  for (int i = 0; i < callers; ++i) tasks.push_back(Caller(run));
  const double cpu = CpuSeconds();
  const Instant start = loop.Now();
  const std::vector<bool> ok = loop.BlockOn(async::WhenAll(std::move(tasks)));
  const double seconds = absl::ToDoubleSeconds(loop.Now() - start);
  const double count = static_cast<double>(run.latencies.size());
  const double cpu_us = (CpuSeconds() - cpu) * 1e6 / count;
  std::sort(run.latencies.begin(), run.latencies.end());
  const auto percentile = [&](double part) {
    return absl::ToDoubleMicroseconds(run.latencies[static_cast<size_t>(part * (count - 1))]);
  };
  std::printf("callers %4d: %8.0f transactions/s, %5.1f us CPU each, p50 %6.0f us, p99 %6.0f us\n",
              callers, count / seconds, cpu_us, percentile(0.5), percentile(0.99));
  return std::find(ok.begin(), ok.end(), false) == ok.end();
}

// The same rows without the store: groups of `group` reads and 3 * `group` writes.
bool MeasureBackend(const Clock& clock, Backend& backend, Random& random, int group) {
  const auto rows = static_cast<uint64_t>(absl::GetFlag(FLAGS_rows));
  const std::string state = Filler(200).SerializeAsString();
  const std::string event(230, 'x');
  const std::string record(120, 'x');
  const double cpu = CpuSeconds();
  const Instant start = clock.Now();
  uint64_t count = 0;
  while (clock.Now() - start < absl::Seconds(absl::GetFlag(FLAGS_seconds))) {
    const std::unique_ptr<Snapshot> snapshot = backend.Snap();
    std::vector<Change> changes;
    for (int i = 0; i < group; ++i) {
      const std::string key = kState.KeyOf(IdOf(random.Next() % rows));
      if (!snapshot->Get(key, ReadTier::kAll).ok()) return false;
      changes.push_back({key, state});
      changes.push_back({EncodeKey<uint64_t>(kOutboxTable, uint64_t{1} << 40 | ++count), event});
      changes.push_back({EncodeKey<std::string, std::string, std::string>(
                             kIdempotencyTable, "lee", "method", IdOf(random.Next())),
                         record});
    }
    if (!backend.Write(changes).ok()) return false;
  }
  const double seconds = absl::ToDoubleSeconds(clock.Now() - start);
  std::printf("engine alone %4d: %7.0f transactions/s, %5.1f us CPU each\n", group,
              static_cast<double>(count) / seconds,
              (CpuSeconds() - cpu) * 1e6 / static_cast<double>(count));
  return true;
}

absl::StatusOr<std::unique_ptr<Backend>> OpenEngine(MemoryDisk& disk, const Clock& clock) {
  if (absl::GetFlag(FLAGS_engine) == "memory") return MemoryBackend::Open(disk);
  RocksDbOptions options;
  options.folder = absl::GetFlag(FLAGS_folder);
  std::filesystem::remove_all(options.folder);
  return OpenRocksDb(options, clock);
}

int Main() {
  async::ThreadLoop loop;
  SeededRandom random;
  MemoryDisk disk;
  auto backend = OpenEngine(disk, loop);
  if (!backend.ok()) {
    std::fprintf(stderr, "%s\n", backend.status().ToString().c_str());
    return 1;
  }
  StoreOptions options{.deployment = "bench-store", .topic = "bench.store"};
  // Used beside the store only while nobody awaits it: one thread writes at a time.
  Backend& engine = **backend;
  auto store = Store::Open(options, *std::move(backend), loop, random);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  bool ok = Fill(loop, **store, static_cast<uint64_t>(absl::GetFlag(FLAGS_rows)));
  for (const std::string& callers : absl::GetFlag(FLAGS_callers)) {
    ok = ok && Measure(loop, **store, random, std::stoi(callers)) &&
         MeasureBackend(loop, engine, random, std::stoi(callers));
  }
  loop.RunHere([&store] { store->reset(); });
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace maru::store

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return maru::store::Main();
}
