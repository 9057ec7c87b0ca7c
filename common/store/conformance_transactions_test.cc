// Goal: every engine below the store gives the same guarantees: transactions are atomic, in one
// order, durable before anybody hears of them, and leave no trace when refused. Method: one suite,
// each test over each engine, with the store's own threads.
#include "common/store/testing/conformance.h"

namespace maru::store {
namespace {

using testing::ElementsAre;
using testing::Pair;

INSTANTIATE_TEST_SUITE_P(Engines, StoreConformanceTest,
                         testing::Values(EngineKind{"memory", MakeMemoryEngine},
                                         EngineKind{"rocksdb", MakeRocksDbEngine}),
                         [](const auto& engine) { return engine.param.name; });

// All lines of `page`, as the reader walks them.
absl::StatusOr<std::vector<std::pair<uint64_t, std::string>>> Lines(Reader& reader,
                                                                    const std::string& page,
                                                                    Direction direction,
                                                                    size_t limit = 1000) {
  ASSIGN_OR_RETURN(const auto rows,
                   kLines.Scan(reader, {.direction = direction, .limit = limit}, page));
  std::vector<std::pair<uint64_t, std::string>> lines;
  for (const auto& row : rows) lines.emplace_back(std::get<1>(row.key), row.value.value());
  return lines;
}

TEST_P(StoreConformanceTest, CommittedRowsSurviveReopening) {
  Open();
  ASSERT_TRUE(WriteNow("한강", "산책하기 좋은 길").ok());
  const std::string store_id = store_->store_id();
  Reopen();
  EXPECT_EQ(Note("한강"), "산책하기 좋은 길");
  EXPECT_EQ(store_->store_id(), store_id);
  EXPECT_EQ(store_->epoch(), 1u);
}

TEST_P(StoreConformanceTest, RefusedTransactionLeavesNoTrace) {
  Open();
  ASSERT_TRUE(WriteNow("a", "first").ok());
  const absl::Status refused = ApplyNow([](Txn& txn) {
    kNotes.Put(txn, "a", Text("second"));
    kNotes.Put(txn, "b", Text("new"));
    kNotes.Delete(txn, "a");
    txn.Emit(Text("never"));
    return absl::FailedPreconditionError("no");
  });
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Note("a"), "first");
  EXPECT_EQ(Note("b"), std::nullopt);
  EXPECT_EQ(LastSequence(), 1u);
  EXPECT_EQ(Outbox().size(), 1u);
}

TEST_P(StoreConformanceTest, RefusedTransactionOfAGroupLeavesTheOthersWhole) {
  Open();
  std::vector<async::Task<absl::Status>> tasks;
  for (int i = 0; i < 30; ++i) {
    tasks.push_back(store_->Apply([i](Txn& txn) -> absl::Status {
      ASSIGN_OR_RETURN(const auto before, kNotes.Get(txn, "log"));
      kNotes.Put(txn, "log",
                 Text((before.has_value() ? before->value() : "") + std::to_string(i % 10)));
      txn.Emit(Text("log"));
      return i % 3 == 1 ? absl::AbortedError("no") : absl::OkStatus();
    }));
  }
  const std::vector<absl::Status> results = RunAsGroup(std::move(tasks));
  std::string want;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(results[i].ok(), i % 3 != 1) << i;
    if (i % 3 != 1) want += std::to_string(i % 10);
  }
  EXPECT_EQ(Note("log"), want);
  EXPECT_EQ(LastSequence(), want.size());
}

TEST_P(StoreConformanceTest, TransactionsRunInTheOrderOfTheirCallsAndNoneIsLost) {
  Open();
  constexpr int kCount = 2000;
  std::vector<async::Task<absl::Status>> tasks;
  for (int i = 0; i < kCount; ++i) {
    tasks.push_back(store_->Apply([i](Txn& txn) -> absl::Status {
      ASSIGN_OR_RETURN(const auto before, kNotes.Get(txn, "counter"));
      const int count = before.has_value() ? std::stoi(before->value()) : 0;
      if (count != i) return absl::InternalError("out of order");
      kNotes.Put(txn, "counter", Text(std::to_string(count + 1)));
      return absl::OkStatus();
    }));
  }
  for (const absl::Status& status : loop_.BlockOn(async::WhenAll(std::move(tasks))))
    ASSERT_TRUE(status.ok()) << status;
  Reopen();
  EXPECT_EQ(Note("counter"), std::to_string(kCount));
}

TEST_P(StoreConformanceTest, AllThatWaitedIsOneSync) {
  Open();
  const uint64_t before = engine_->syncs();
  std::vector<rpc::CallContext> calls(100);
  std::vector<async::Task<absl::StatusOr<StringValue>>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(Write(calls[i], std::to_string(i), "text"));
  for (const auto& result : RunAsGroup(std::move(tasks))) ASSERT_TRUE(result.ok());
  // The first, perhaps alone, then all others.
  EXPECT_LE(engine_->syncs() - before, 2u);
}

TEST_P(StoreConformanceTest, AGroupWithoutChangesNeedsNoSync) {
  Open();
  ASSERT_TRUE(WriteNow("a", "text").ok());
  const uint64_t before = engine_->syncs();
  EXPECT_TRUE(ApplyNow([](Txn& txn) { return kNotes.Get(txn, "a").status(); }).ok());
  EXPECT_FALSE(ApplyNow([](Txn& txn) {
                 kNotes.Put(txn, "a", Text("never"));
                 return absl::AbortedError("no");
               }).ok());
  EXPECT_EQ(engine_->syncs(), before);
}

TEST_P(StoreConformanceTest, NothingIsAnsweredNorReadBeforeItIsSynced) {
  Open();
  ASSERT_TRUE(WriteNow("a", "old").ok());
  Gate gate;
  engine_->OnSync([&gate] { return gate.Pass(); });
  auto write = std::async(std::launch::async, [&] { return WriteNow("a", "new"); });
  gate.AwaitArrival();
  // A refusal and a read of what the first has written, queued behind it.
  auto refusal = std::async(std::launch::async, [&] {
    return ApplyNow([](Txn& txn) -> absl::Status {
      ASSIGN_OR_RETURN(const auto note, kNotes.Get(txn, "a"));
      return absl::AlreadyExistsError(note->value());
    });
  });
  EXPECT_EQ(Note("a"), "old");
  EXPECT_EQ(LastSequence(), 1u);
  EXPECT_EQ(Outbox().size(), 1u);
  EXPECT_EQ(write.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(refusal.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  gate.Open();
  EXPECT_TRUE(write.get().ok());
  EXPECT_EQ(refusal.get(), absl::AlreadyExistsError("new"));
  EXPECT_EQ(Note("a"), "new");
}

TEST_P(StoreConformanceTest, AFailedAttemptLeavesNoTraceAndTheRestStays) {
  Open();
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                kNotes.Put(txn, "a", Text("kept"));
                txn.Emit(Text("kept"));
                EXPECT_FALSE(txn.Attempt([&txn]() -> absl::Status {
                                  kNotes.Put(txn, "a", Text("inner"));
                                  kNotes.Put(txn, "b", Text("inner"));
                                  txn.Emit(Text("dropped"));
                                  EXPECT_TRUE(txn.Attempt([&txn] {
                                                   kNotes.Delete(txn, "a");
                                                   return absl::OkStatus();
                                                 })
                                                  .ok());
                                  return absl::InvalidArgumentError("no");
                                })
                                 .ok());
                EXPECT_EQ((*kNotes.Get(txn, "a"))->value(), "kept");
                txn.Emit(Text("after"));
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(Note("a"), "kept");
  EXPECT_EQ(Note("b"), std::nullopt);
  const std::vector<OutboxRow> rows = Outbox();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].key, "kept");
  EXPECT_EQ(rows[1].key, "after");
  EXPECT_EQ(rows[1].sequence, 2u);
}

TEST_P(StoreConformanceTest, ScansSeeTheTransactionsOwnChangesInBothDirections) {
  Open();
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                for (uint64_t line : {1, 3, 5, 7}) kLines.Put(txn, "p", line, Text("old"));
                kLines.Put(txn, "o", 9, Text("other page"));
                kLines.Put(txn, "q", 0, Text("other page"));
                return absl::OkStatus();
              }).ok());
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                kLines.Put(txn, "p", 0, Text("new"));
                kLines.Put(txn, "p", 3, Text("changed"));
                kLines.Delete(txn, "p", 5);
                kLines.Put(txn, "p", 6, Text("new"));
                kLines.Put(txn, "p", 8, Text("new"));
                EXPECT_THAT(*Lines(txn, "p", Direction::kForward),
                            ElementsAre(Pair(0, "new"), Pair(1, "old"), Pair(3, "changed"),
                                        Pair(6, "new"), Pair(7, "old"), Pair(8, "new")));
                EXPECT_THAT(*Lines(txn, "p", Direction::kReverse),
                            ElementsAre(Pair(8, "new"), Pair(7, "old"), Pair(6, "new"),
                                        Pair(3, "changed"), Pair(1, "old"), Pair(0, "new")));
                EXPECT_THAT(*Lines(txn, "p", Direction::kReverse, 2),
                            ElementsAre(Pair(8, "new"), Pair(7, "old")));
                return absl::OkStatus();
              }).ok());
  EXPECT_THAT(*ReadNow([](Reader& reader) { return Lines(reader, "p", Direction::kReverse, 3); }),
              ElementsAre(Pair(8, "new"), Pair(7, "old"), Pair(6, "new")));
}

TEST_P(StoreConformanceTest, AScanSeesChangesMadeAheadOfIt) {
  Open();
  ASSERT_TRUE(ApplyNow([](Txn& txn) {
                for (uint64_t line : {1, 2, 3, 4}) kLines.Put(txn, "p", line, Text("old"));
                return absl::OkStatus();
              }).ok());
  for (const Direction direction : {Direction::kForward, Direction::kReverse}) {
    const bool forward = direction == Direction::kForward;
    std::vector<uint64_t> seen;
    EXPECT_FALSE(ApplyNow([&](Txn& txn) -> absl::Status {
                   RETURN_IF_ERROR(kLines.ForEach(
                       txn, {.direction = direction},
                       [&](const auto& key, StringValue& row) {
                         const uint64_t line = std::get<1>(key);
                         seen.push_back(line);
                         // Overwrites where it stands, deletes the next, adds one ahead and one
                         // behind.
                         kLines.Put(txn, "p", line, Text(row.value() + "!"));
                         if (line == (forward ? 1u : 4u)) {
                           kLines.Delete(txn, "p", forward ? 2 : 3);
                           kLines.Put(txn, "p", forward ? 9 : 0, Text("ahead"));
                           kLines.Put(txn, "p", forward ? 0 : 9, Text("behind"));
                         }
                         return true;
                       },
                       std::string("p")));
                   return absl::AbortedError("take it back");
                 }).ok());
    EXPECT_THAT(seen, forward ? ElementsAre(1, 3, 4, 9) : ElementsAre(4, 2, 1, 0));
  }
}

TEST_P(StoreConformanceTest, AReadThatWaitsForTheDiskKeepsItsStateWhileOthersCommit) {
  Open();
  ASSERT_TRUE(WriteNow("a", "one").ok());
  ASSERT_TRUE(WriteNow("b", "one").ok());
  Close();
  engine_->MakeCold();
  Open();
  Gate gate;
  int runs = 0;
  auto read = std::async(std::launch::async, [&] {
    return ReadNow([&](Reader& reader) -> absl::StatusOr<std::string> {
      ++runs;
      ASSIGN_OR_RETURN(const auto a, kNotes.Get(reader, "a"));
      // Only a reader that may wait comes here: the first try runs on the executor and finds
      // nothing cached.
      EXPECT_FALSE(loop_.OnThread());
      RETURN_IF_ERROR(gate.Pass());
      ASSIGN_OR_RETURN(const auto b, kNotes.Get(reader, "b"));
      return a->value() + b->value();
    });
  });
  gate.AwaitArrival();
  EXPECT_TRUE(WriteNow("b", "two").ok());
  gate.Open();
  EXPECT_EQ(*read.get(), "oneone");
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Note("b"), "two");
}

TEST_P(StoreConformanceTest, WarmedRowsAreReadOnTheExecutor) {
  Open();
  ASSERT_TRUE(WriteNow("a", "one").ok());
  Close();
  engine_->MakeCold();
  Open();
  EXPECT_TRUE(loop_.BlockOn(store_->Warm({kNotes.KeyOf("a"), kNotes.KeyOf("none")})).ok());
  int runs = 0;
  const auto note = ReadNow([&runs](Reader& reader) {
    ++runs;
    return kNotes.Get(reader, "a");
  });
  EXPECT_EQ((*note)->value(), "one");
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace maru::store
