// Goal: a timer fires exactly once per setting, in time, after restarts and jumps of the clock too,
// and costs nothing until then. Method: a store in memory that crashes, under virtual time; the
// handler counts in the store.
#include "common/saga/timers.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/saga/testing/example.h"
#include "common/saga/testing/quiet_journal.h"
#include "common/store/store_testing.h"
#include "common/store/table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::saga {
namespace {

using maru::store::Txn;

// How often each timer fired: (id) -> quantity.
constexpr maru::store::Table<example::v1::Order, std::string> kFired(40, "fired");

class TimersTest : public ::testing::Test {
 protected:
  TimersTest() : store_(executor_) { Start(); }

  void Start() {
    timers_.reset();
    registry_ = std::make_unique<prometheus::Registry>();
    timers_ = std::make_unique<Timers>(
        Environment{executor_, random_, *store_, journal_, *registry_}, TimerOptions{});
    timers_->On("주문 만료", [this](Txn& txn, std::string_view id) -> absl::Status {
      ASSIGN_OR_RETURN(std::optional<example::v1::Order> row, kFired.Get(txn, id));
      if (!row.has_value()) row.emplace();
      row->set_quantity(row->quantity() + 1);
      kFired.Put(txn, id, *row);
      if (id == again_ && row->quantity() < 3) {
        return timers_->Set(txn, "주문 만료", id, txn.Now() + absl::Minutes(1));
      }
      return fails_ ? absl::FailedPreconditionError("not yet") : absl::OkStatus();
    });
    timers_->Start();
    executor_.RunUntilIdle();
  }
  void Crash() {
    timers_.reset();
    store_.Crash();
    store_.Reopen();
  }
  void Set(const std::string& id, absl::Duration in) {
    ASSERT_TRUE(maru::store::RunOn(executor_, store_->Apply([&](Txn& txn) {
                  return timers_->Set(txn, "주문 만료", id, txn.Now() + in);
                })).ok());
  }
  int64_t Fired(const std::string& id) {
    auto row = maru::store::RunOn(executor_, store_->Read([&](maru::store::Reader& reader) {
      return kFired.Get(reader, id);
    }));
    MARU_CHECK(row.ok());
    return row->has_value() ? (*row)->quantity() : 0;
  }

  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  testing::QuietJournal journal_;
  maru::store::TestStore store_;
  std::unique_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Timers> timers_;
  std::string again_;
  bool fails_ = false;
};

TEST_F(TimersTest, FiresOnceAtItsTime) {
  Set("a", absl::Minutes(10));
  Set("b", absl::Minutes(5));
  executor_.Advance(absl::Minutes(5) - absl::Seconds(1));
  EXPECT_EQ(Fired("b"), 0);
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(Fired("b"), 1);
  EXPECT_EQ(Fired("a"), 0);
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Fired("a"), 1);
  EXPECT_EQ(Fired("b"), 1);
}

TEST_F(TimersTest, ALaterSettingReplacesTheEarlierOne) {
  Set("a", absl::Minutes(10));
  Set("a", absl::Minutes(20));
  executor_.Advance(absl::Minutes(19));
  EXPECT_EQ(Fired("a"), 0);
  Set("a", absl::Minutes(0));
  executor_.RunUntilIdle();
  EXPECT_EQ(Fired("a"), 1);
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Fired("a"), 1);
}

TEST_F(TimersTest, CanceledNeverFires) {
  Set("a", absl::Minutes(10));
  ASSERT_TRUE(maru::store::RunOn(executor_, store_->Apply([&](Txn& txn) {
                return timers_->Cancel(txn, "주문 만료", "a");
              })).ok());
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Fired("a"), 0);
}

TEST_F(TimersTest, WhatATransactionThatFailedHasSetNeverFires) {
  const absl::Status failed =
      maru::store::RunOn(executor_, store_->Apply([&](Txn& txn) -> absl::Status {
        RETURN_IF_ERROR(timers_->Set(txn, "주문 만료", "a", txn.Now()));
        return absl::AbortedError("changed its mind");
      }));
  EXPECT_FALSE(failed.ok());
  Set("b", absl::Minutes(1));
  executor_.Advance(absl::Minutes(2));
  EXPECT_EQ(Fired("a"), 0);
  EXPECT_EQ(Fired("b"), 1);
}

TEST_F(TimersTest, FiresOnceAfterACrashWhetherDueBeforeOrAfter) {
  Set("before", absl::Minutes(1));
  Set("missed", absl::Minutes(5));
  Set("after", absl::Minutes(20));
  executor_.Advance(absl::Minutes(2));
  Crash();
  executor_.Advance(absl::Minutes(10));
  Start();
  EXPECT_EQ(Fired("before"), 1);
  EXPECT_EQ(Fired("missed"), 1);
  EXPECT_EQ(Fired("after"), 0);
  Crash();
  Start();
  executor_.Advance(absl::Minutes(10));
  EXPECT_EQ(Fired("before"), 1);
  EXPECT_EQ(Fired("missed"), 1);
  EXPECT_EQ(Fired("after"), 1);
}

TEST_F(TimersTest, AHandlerMaySetItsTimerAnew) {
  again_ = "a";
  Set("a", absl::Minutes(1));
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(Fired("a"), 3);
}

TEST_F(TimersTest, AFailedHandlerLeavesNoTraceAndIsTriedAgain) {
  fails_ = true;
  Set("a", absl::Minutes(1));
  executor_.Advance(absl::Minutes(2));
  EXPECT_EQ(Fired("a"), 0);
  EXPECT_GE(journal_.errors, 3);
  fails_ = false;
  executor_.Advance(absl::Minutes(5));
  EXPECT_EQ(Fired("a"), 1);
}

TEST_F(TimersTest, AFullDiskDelaysTimersAndLosesNone) {
  Set("a", absl::Minutes(1));
  store_.disk().OnWrite([] { return absl::ResourceExhaustedError("full"); });
  executor_.Advance(absl::Minutes(2));
  EXPECT_EQ(Fired("a"), 0);
  store_.disk().OnWrite(nullptr);
  executor_.Advance(absl::Minutes(5));
  EXPECT_EQ(Fired("a"), 1);
}

TEST_F(TimersTest, AJumpOfTheCalendarIsNoticedWithinAMinute) {
  Set("a", absl::Hours(1));
  executor_.Advance(absl::Minutes(1));
  executor_.JumpWall(absl::Hours(2));
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Fired("a"), 1);
  // Backwards: not early, and not never.
  Set("b", absl::Hours(1));
  executor_.JumpWall(-absl::Minutes(30));
  executor_.Advance(absl::Minutes(89));
  EXPECT_EQ(Fired("b"), 0);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(Fired("b"), 1);
}

TEST_F(TimersTest, ManyAreFiredInOrderAndInBatches) {
  for (int i = 0; i < 1000; ++i) Set(std::to_string(i), absl::Minutes(1));
  executor_.Advance(absl::Minutes(1));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Fired(std::to_string(i)), 1) << i;
}

TEST_F(TimersTest, AStartReadsOneTimerHoweverManyWait) {
  ASSERT_TRUE(maru::store::RunOn(executor_, store_->Apply([&](Txn& txn) {
                for (int i = 0; i < 20'000; ++i) {
                  RETURN_IF_ERROR(timers_->Set(txn, "주문 만료", std::to_string(i),
                                               txn.Now() + absl::Hours(1)));
                }
                return absl::OkStatus();
              })).ok());
  // Else the store's own sweep is counted.
  store_.options().sweep_rest = absl::Hours(10);
  Crash();
  store_.disk().MakeCold();
  const uint64_t reads = store_.disk().disk_reads();
  Start();
  EXPECT_LE(store_.disk().disk_reads() - reads, 5u);
  const uint64_t idle = store_.disk().disk_reads();
  executor_.Advance(absl::Minutes(50));
  EXPECT_EQ(store_.disk().disk_reads(), idle);
}

}  // namespace
}  // namespace maru::saga
