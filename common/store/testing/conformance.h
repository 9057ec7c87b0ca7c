// The fixture of the conformance suite: a store over each engine, with its own threads.
#ifndef MARU_COMMON_STORE_TESTING_CONFORMANCE_H_
#define MARU_COMMON_STORE_TESTING_CONFORMANCE_H_

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/thread_loop.h"
#include "common/async/when_all.h"
#include "common/store/store.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "common/store/testing/engines.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

// Events of these tests: any StringValue, keyed by its text.
namespace google::protobuf {
inline std::string_view MaruEventKey(const StringValue& event) { return event.value(); }
inline std::string_view MaruEventCorrelationId(const StringValue& event) { return event.value(); }
}  // namespace google::protobuf

namespace maru::store {

using google::protobuf::StringValue;

inline constexpr Table<StringValue, std::string> kNotes(kFirstContextTable, "notes");
inline constexpr Table<StringValue, std::string, uint64_t> kLines(kFirstContextTable + 1, "lines");

inline StringValue Text(std::string text) {
  StringValue value;
  value.set_value(std::move(text));
  return value;
}

// Holds a thread up until Open. Test and held thread see each other.
class Gate {
 public:
  // The thread to be held.
  absl::Status Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return absl::OkStatus();
  }
  // The test.
  void AwaitArrival() {
    std::unique_lock lock(mutex_);
    MARU_CHECK(changed_.wait_for(lock, std::chrono::seconds(30), [this] { return arrived_ > 0; }));
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

class StoreConformanceTest : public testing::TestWithParam<EngineKind> {
 protected:
  StoreConformanceTest() : engine_(GetParam().make()) {
    options_.deployment = "datecourse-test";
    options_.topic = "datecourse.test";
  }
  ~StoreConformanceTest() override { Close(); }

  absl::Status TryOpen() {
    absl::StatusOr<std::unique_ptr<Backend>> backend = engine_->Open();
    RETURN_IF_ERROR(backend.status());
    ASSIGN_OR_RETURN(store_, Store::Open(options_, *std::move(backend), loop_, random_));
    return absl::OkStatus();
  }
  void Open() {
    const absl::Status opened = TryOpen();
    ASSERT_TRUE(opened.ok()) << opened;
  }
  // On the executor's thread, where the store lives.
  void Close() {
    loop_.RunHere([this] { store_.reset(); });
  }
  void Reopen() {
    Close();
    Open();
  }

  // Writes a note and emits an event of the same id.
  async::Task<absl::StatusOr<StringValue>> Write(const rpc::CallContext& call, std::string id,
                                                 std::string text) {
    return store_->Transact(call, [id, text](Txn& txn) -> absl::StatusOr<StringValue> {
      kNotes.Put(txn, id, Text(text));
      txn.Emit(Text(id));
      return Text(text);
    });
  }
  absl::StatusOr<StringValue> WriteNow(std::string id, std::string text) {
    const rpc::CallContext call = TestCall();
    return loop_.BlockOn(Write(call, std::move(id), std::move(text)));
  }
  // Runs all at once and returns the results in order. All but the first are one group: they wait
  // while the first is held in its sync.
  template <class T>
  std::vector<T> RunAsGroup(std::vector<async::Task<T>> tasks) {
    Gate gate;
    engine_->OnSync([&gate] { return gate.Pass(); });
    std::future<std::vector<T>> results = std::async(
        std::launch::async, [&] { return loop_.BlockOn(async::WhenAll(std::move(tasks))); });
    gate.AwaitArrival();
    // Whoever was spawned with the first is queued once the loop has gone round.
    loop_.RunHere([] {});
    gate.Open();
    std::vector<T> got = results.get();
    engine_->OnSync(nullptr);
    return got;
  }
  template <class Fn>
  absl::Status ApplyNow(Fn fn) {
    return loop_.BlockOn(store_->Apply(std::move(fn)));
  }
  template <class Fn>
  auto ReadNow(Fn fn) {
    return loop_.BlockOn(store_->Read(std::move(fn)));
  }
  // The note's text; nullopt when there is none.
  std::optional<std::string> Note(const std::string& id) {
    const auto row = ReadNow([id](Reader& reader) { return kNotes.Get(reader, id); });
    MARU_CHECK(row.ok());
    return row->has_value() ? std::optional((*row)->value()) : std::nullopt;
  }
  std::vector<OutboxRow> Outbox(uint64_t after = 0) {
    auto rows = loop_.BlockOn(store_->ReadOutbox(after, 1'000'000, size_t{1} << 30));
    MARU_CHECK(rows.ok());
    return *std::move(rows);
  }
  uint64_t LastSequence() {
    uint64_t sequence = 0;
    loop_.RunHere([&] { sequence = store_->last_sequence(); });
    return sequence;
  }

  const std::unique_ptr<Engine> engine_;
  SeededRandom random_;
  StoreOptions options_;
  async::ThreadLoop loop_;
  std::unique_ptr<Store> store_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_CONFORMANCE_H_
