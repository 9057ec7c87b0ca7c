// The store under virtual time: each step is the test's, so every moment of a transaction's life
// can be met.
#include "common/store/store.h"

#include <algorithm>

#include "common/async/manual_executor.h"
#include "common/async/when_all.h"
#include "common/store/key.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "common/store/tables.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

// Events of these tests: any StringValue, keyed by its text.
namespace google::protobuf {
inline std::string_view MaruEventKey(const StringValue& event) { return event.value(); }
inline std::string_view MaruEventCorrelationId(const StringValue& event) { return event.value(); }
}  // namespace google::protobuf

namespace maru::store {
namespace {

using google::protobuf::StringValue;

constexpr Table<StringValue, std::string> kNotes(kFirstContextTable, "notes");

StringValue Text(std::string text) {
  StringValue value;
  value.set_value(std::move(text));
  return value;
}

std::string RequestId(int i) {
  return "5a0a7d5e-0b1c-4a55-8f0e-" + std::to_string(100'000'000'000 + i);
}

class StoreTest : public testing::Test {
 protected:
  async::Task<absl::StatusOr<StringValue>> Write(const rpc::CallContext& call, std::string id,
                                                 std::string text) {
    return store_->Transact(call, [id, text](Txn& txn) -> absl::StatusOr<StringValue> {
      kNotes.Put(txn, id, Text(text));
      txn.Emit(Text(id));
      return Text(text);
    });
  }
  absl::StatusOr<StringValue> WriteNow(const rpc::CallContext& call, std::string id,
                                       std::string text) {
    return RunOn(executor_, Write(call, std::move(id), std::move(text)));
  }
  std::optional<std::string> Note(const std::string& id) {
    const auto row =
        RunOn(executor_, store_->Read([&](Reader& reader) { return kNotes.Get(reader, id); }));
    MARU_CHECK(row.ok());
    return row->has_value() ? std::optional((*row)->value()) : std::nullopt;
  }
  // An id and the time of a transaction of its own.
  std::pair<std::string, absl::Time> IdAndTime() {
    std::pair<std::string, absl::Time> got;
    MARU_CHECK(RunOn(executor_, store_->Apply([&got](Txn& txn) {
                 got = {txn.NewId(), txn.Now()};
                 kNotes.Put(txn, "id", Text(got.first));
                 return absl::OkStatus();
               })).ok());
    return got;
  }
  size_t IdempotencyRecords() {
    const auto count = RunOn(executor_, store_->Read([](Reader& reader) -> absl::StatusOr<size_t> {
      size_t rows = 0;
      const auto cursor =
          reader.Scan(PrefixRange(EncodeKey<>(kIdempotencyTable)), Direction::kForward);
      for (; cursor->Valid(); cursor->Next()) ++rows;
      return rows;
    }));
    MARU_CHECK(count.ok());
    return *count;
  }

  async::ManualExecutor executor_;
  TestStore store_{executor_};
};

TEST_F(StoreTest, IdsAndTimeNeverGoBackWhateverTheClockDoes) {
  std::vector<std::pair<std::string, absl::Time>> got;
  for (const absl::Duration jump :
       {absl::ZeroDuration(), absl::Seconds(5), -absl::Hours(24 * 365), absl::Seconds(1)}) {
    executor_.JumpWall(jump);
    got.push_back(IdAndTime());
    got.push_back(IdAndTime());
  }
  store_.Crash();
  executor_.JumpWall(-absl::Hours(1));
  store_.Reopen();
  got.push_back(IdAndTime());
  for (size_t i = 1; i < got.size(); ++i) {
    EXPECT_LT(got[i - 1].first, got[i].first);
    EXPECT_LE(got[i - 1].second, got[i].second);
  }
}

TEST_F(StoreTest, IdsOfOneTransactionSortAndAreVersion7) {
  std::vector<std::string> ids;
  ASSERT_TRUE(RunOn(executor_, store_->Apply([&ids](Txn& txn) {
                for (int i = 0; i < 10'000; ++i) ids.push_back(txn.NewId());
                return absl::OkStatus();
              })).ok());
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_THAT(
      ids.back(),
      testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST_F(StoreTest, ACrashBetweenCommitAndReplyKeepsTheCommitAndTheRequestIdFindsIt) {
  const rpc::CallContext call = TestCall(RequestId(1), "content");
  auto scope = std::make_unique<async::Scope>();
  bool answered = false;
  scope->Spawn([](async::Task<absl::StatusOr<StringValue>> task, bool& out) -> async::Task<void> {
    out = (co_await std::move(task)).ok();
  }(Write(call, "a", "text"), answered));
  // The group's step; its results are the next one.
  executor_.RunOne();
  executor_.RunOne();
  EXPECT_EQ(store_.disk().writes(), 2u);
  EXPECT_FALSE(answered);
  scope.reset();
  store_.Crash();
  store_.Reopen();
  EXPECT_FALSE(answered);
  EXPECT_EQ(Note("a"), "text");
  EXPECT_EQ(WriteNow(call, "a", "another text")->value(), "text");
}

TEST_F(StoreTest, WhatWasNotSyncedIsGoneAfterPowerLossAndWasNeverAnswered) {
  store_.disk().OnSync([] { return absl::InternalError("power lost"); });
  EXPECT_TRUE(absl::IsUnavailable(WriteNow(TestCall(), "a", "text").status()));
  store_.Crash();
  store_.disk().OnSync(nullptr);
  store_.Reopen();
  EXPECT_EQ(Note("a"), std::nullopt);
  EXPECT_EQ(store_->last_sequence(), 0u);
}

TEST_F(StoreTest, AnExpiredResultCountsAsAbsentAtOnce) {
  const rpc::CallContext call = TestCall(RequestId(1), "content");
  ASSERT_TRUE(WriteNow(call, "a", "first").ok());
  executor_.JumpWall(absl::Hours(23));
  EXPECT_EQ(WriteNow(call, "a", "second")->value(), "first");
  executor_.JumpWall(absl::Hours(1) + absl::Seconds(1));
  EXPECT_FALSE(RunOn(executor_, store_->Find(*call.idempotency))->has_value());
  EXPECT_EQ(WriteNow(call, "a", "second")->value(), "second");
}

TEST_F(StoreTest, TheSweepRemovesExpiredResultsInBoundedSteps) {
  store_.options().sweep_rows = 10;
  store_.Reopen();
  for (int i = 0; i < 35; ++i)
    ASSERT_TRUE(WriteNow(TestCall(RequestId(i), "content"), "a", "text").ok());
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(IdempotencyRecords(), 35u);
  executor_.JumpWall(absl::Hours(24));
  ASSERT_TRUE(WriteNow(TestCall(RequestId(99), "content"), "a", "text").ok());
  executor_.Advance(absl::Minutes(10));
  // A pause after each step.
  const size_t left = IdempotencyRecords();
  EXPECT_LT(left, 36u);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(IdempotencyRecords(), 1u);
}

TEST_F(StoreTest, ATransactionThatOverlookedAFailedReadDoesNotCommit) {
  ASSERT_TRUE(WriteNow(TestCall(), "a", "text").ok());
  store_.disk().FailReads(absl::DataLossError("bad sector"));
  const absl::Status refused = RunOn(executor_, store_->Apply([](Txn& txn) {
    const auto note = kNotes.Get(txn, "a");
    kNotes.Put(txn, "b", Text(note.ok() ? "read" : "overlooked"));
    return absl::OkStatus();
  }));
  EXPECT_EQ(refused, absl::DataLossError("bad sector"));
  store_.disk().FailReads(absl::OkStatus());
  EXPECT_EQ(Note("b"), std::nullopt);
}

TEST_F(StoreTest, AReadThatIsNotCachedRunsAgainWhereItMayWait) {
  ASSERT_TRUE(WriteNow(TestCall(), "a", "text").ok());
  store_.disk().MakeCold();
  int runs = 0;
  const auto note = RunOn(executor_, store_->Read([&runs](Reader& reader) {
    ++runs;
    return kNotes.Get(reader, "a");
  }));
  EXPECT_EQ((*note)->value(), "text");
  EXPECT_EQ(runs, 2);
}

TEST_F(StoreTest, AGroupHasABoundAndTheRestFollows) {
  constexpr size_t kCount = 2 * Writer::kMaxGroup + 1;
  const uint64_t before = store_.disk().writes();
  std::vector<async::Task<absl::Status>> tasks;
  for (size_t i = 0; i < kCount; ++i) {
    tasks.push_back(store_->Apply([i](Txn& txn) {
      kNotes.Put(txn, std::to_string(i), Text("text"));
      return absl::OkStatus();
    }));
  }
  for (const absl::Status& status : RunOn(executor_, async::WhenAll(std::move(tasks))))
    EXPECT_TRUE(status.ok());
  EXPECT_EQ(store_.disk().writes() - before, 3u);
}

}  // namespace
}  // namespace maru::store
