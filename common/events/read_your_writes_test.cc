// Goal: a query that hands back a position sees what it names, or is told VIEW_BEHIND in time.
// Method: a producer and a consumer over stores and a broker in memory under virtual time.
#include "common/events/read_your_writes.h"

#include "common/events/events_testing.h"
#include "common/events/partition.h"
#include "common/rpc/error.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

class ReadYourWritesTest : public testing::Test {
 protected:
  rpc::CallContext CallThatWants(std::string topic, uint64_t sequence,
                                 absl::Duration within = absl::Seconds(2)) {
    rpc::CallContext call = maru::store::TestCall();
    call.deadline = executor_.Now() + within;
    auto& entry = *call.wanted.add_entries();
    entry.set_topic(std::move(topic));
    entry.set_partition(PartitionOf("k"));
    entry.set_sequence(sequence);
    return call;
  }
  // Starts to wait; the result comes while the test goes on.
  void Wait(const rpc::CallContext& call, std::optional<absl::Status>& result) {
    scope_.Spawn([](Applied& applied, const rpc::CallContext& waiting,
                    std::optional<absl::Status>& out) -> async::Task<void> {
      out = co_await applied.WaitFor(waiting);
    }(consumer_.applied(), call, result));
  }

  async::ManualExecutor executor_;
  MemoryBus bus_{executor_};
  Producer producer_{executor_, bus_};
  Consumer consumer_{executor_, bus_};
  async::Scope scope_;
};

TEST_F(ReadYourWritesTest, WaitsUntilTheEventIsDurablyApplied) {
  bus_.SetDelay(absl::Milliseconds(500));
  producer_.Say("k", {"1"});
  const rpc::CallContext call = CallThatWants(kTopic, 1);
  std::optional<absl::Status> result;
  Wait(call, result);
  executor_.Advance(absl::Milliseconds(499));
  EXPECT_FALSE(result.has_value());
  executor_.Advance(absl::Milliseconds(2));
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->ok());
  EXPECT_EQ(consumer_.Heard("k"), "1");
}

TEST_F(ReadYourWritesTest, SaysViewBehindWhileThereIsTimeToAnswer) {
  const rpc::CallContext call = CallThatWants(kTopic, 1, absl::Seconds(1));
  std::optional<absl::Status> result;
  Wait(call, result);
  executor_.Advance(absl::Milliseconds(970));
  EXPECT_FALSE(result.has_value());
  executor_.Advance(absl::Milliseconds(15));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(rpc::ReasonOf(*result), "VIEW_BEHIND");
  EXPECT_TRUE(rpc::RetryDelayOf(*result).has_value());
}

TEST_F(ReadYourWritesTest, TopicsThatAreNotReadHereAreNotWaitedFor) {
  const rpc::CallContext call = CallThatWants("datecourse.unrelated", 7);
  EXPECT_TRUE(RunJust(executor_, consumer_.applied().WaitFor(call)).ok());
}

TEST_F(ReadYourWritesTest, AParkedEventCountsAsApplied) {
  consumer_.faults()["1"] = absl::InvalidArgumentError("no");
  producer_.Say("k", {"1"});
  const rpc::CallContext call = CallThatWants(kTopic, 1);
  EXPECT_TRUE(RunJust(executor_, consumer_.applied().WaitFor(call)).ok());
}

TEST_F(ReadYourWritesTest, WhatWasAppliedIsKnownAfterARestartWithoutABroker) {
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Seconds(1));
  bus_.SetDown(true);
  consumer_.Crash();
  ASSERT_TRUE(
      RunJust(executor_, consumer_.applied().Load(*consumer_.store(), {"policies", 0})).ok());
  const rpc::CallContext call = CallThatWants(kTopic, 2);
  EXPECT_TRUE(RunJust(executor_, consumer_.applied().WaitFor(call)).ok());
}

TEST_F(ReadYourWritesTest, ABrokerThatComesBackInTimeIsEnough) {
  bus_.SetDown(true);
  producer_.Say("k", {"1"});
  const rpc::CallContext call = CallThatWants(kTopic, 1, absl::Minutes(1));
  std::optional<absl::Status> result;
  Wait(call, result);
  executor_.Advance(absl::Seconds(10));
  EXPECT_FALSE(result.has_value());
  bus_.SetDown(false);
  executor_.Advance(absl::Seconds(10));
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->ok());
}

}  // namespace
}  // namespace maru::events
