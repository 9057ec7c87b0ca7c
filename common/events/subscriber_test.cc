// Goal: every event takes effect once and in order of its key, whatever breaks; an event that fails
// holds up its key and nothing else; a machine that fails holds up everything and loses nothing.
// Method: a producer and a consumer over stores and a broker in memory under virtual time; faults
// between any two steps. The handler appends to what was heard of a key, so that a repeat, a loss
// or another order shows.
#include "common/events/subscriber.h"

#include "common/events/events_testing.h"
#include "common/events/partition.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SubscriberTest : public testing::Test {
 protected:
  SubscriberTest() { bus_.SetBatchRecords(3); }
  void Settle() { executor_.Advance(absl::Seconds(1)); }

  async::ManualExecutor executor_;
  MemoryBus bus_{executor_};
  Producer producer_{executor_, bus_};
  Consumer consumer_{executor_, bus_};
};

TEST_F(SubscriberTest, AppliesEventsOfAKeyInOrder) {
  producer_.Say("서울", {"봄", "여름", "가을", "겨울"});
  producer_.Say("부산", {"바다"});
  Settle();
  EXPECT_EQ(consumer_.Heard("서울"), "봄 여름 가을 겨울");
  EXPECT_EQ(consumer_.Heard("부산"), "바다");
}

TEST_F(SubscriberTest, ManyEventsAreOneCommit) {
  bus_.SetBatchRecords(512);
  consumer_.Stop();
  std::vector<std::string> texts(200, "x");
  producer_.Say("k", texts);
  Settle();
  const uint64_t before = consumer_.store().disk().writes();
  consumer_.Start();
  Settle();
  EXPECT_EQ(consumer_.Heard("k").size(), 399u);
  EXPECT_LE(consumer_.store().disk().writes() - before, 10u);
}

TEST_F(SubscriberTest, BatchesDeliveredTwiceTakeEffectOnce) {
  bus_.SetDuplicating(true);
  producer_.Say("k", {"1", "2", "3", "4", "5", "6", "7"});
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4 5 6 7");
}

TEST_F(SubscriberTest, EventsThatTheLogRepeatsTakeEffectOnce) {
  producer_.Say("k", {"1", "2", "3"});
  Settle();
  const std::vector<Record> log = bus_.records(kTopic);
  bus_.AppendRaw(kTopic, log[1]);
  bus_.AppendRaw(kTopic, log[2]);
  producer_.Say("k", {"4"});
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4");
}

TEST_F(SubscriberTest, ALostStreamAfterAnyStepChangesNothing) {
  std::string want;
  for (int steps = 0; steps < 120; ++steps) {
    const std::string text = absl::StrCat(steps);
    producer_.Say("k", {text});
    absl::StrAppend(&want, want.empty() ? "" : " ", text);
    for (int i = 0; i < steps; ++i) executor_.RunOne();
    bus_.Disconnect();
    if (steps % 7 == 0) executor_.Advance(absl::Milliseconds(200));
  }
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), want);
}

TEST_F(SubscriberTest, ACrashAfterAnyStepKeepsPositionAndEffectTogether) {
  std::string want;
  for (int steps = 0; steps < 120; ++steps) {
    const std::string text = absl::StrCat(steps);
    producer_.Say("k", {text});
    absl::StrAppend(&want, want.empty() ? "" : " ", text);
    executor_.Advance(absl::Milliseconds(steps % 5));
    for (int i = 0; i < steps; ++i) executor_.RunOne();
    consumer_.Crash();
  }
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), want);
}

TEST_F(SubscriberTest, UnknownTypesAreSkipped) {
  event::v1::Event event;
  event.set_type("maru.datecourse.producer.v1.FromTheFuture");
  event.set_key("k");
  event.set_sequence(1);
  producer_.StopRelay();
  bus_.Append(kTopic, "k", event.SerializeAsString());
  Settle();
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
  EXPECT_EQ(consumer_.applied().sequence({kTopic, PartitionOf("k")}), 1u);
}

// Goal: what has no effect costs no write each, and is still not read again for ever.
// Method: a stream of unknown types; count writes; crash before and after the position is due.
TEST_F(SubscriberTest, SkippedEventsShareOneCommitOfThePosition) {
  producer_.Say("k", {"하나"});
  Settle();
  producer_.StopRelay();
  const uint64_t before = consumer_.store().disk().writes();
  const TopicPartition partition{kTopic, PartitionOf("k")};
  const auto stored = [&] {
    const SubscriptionId id{"policies", 0};
    auto position =
        maru::store::RunOn(executor_, consumer_.store()->Read([&](maru::store::Reader& reader) {
          return ReadPosition(reader, id, partition);
        }));
    MARU_CHECK(position.ok());
    return *position;
  };
  event::v1::Event event;
  event.set_type("maru.datecourse.producer.v1.FromTheFuture");
  event.set_key("k");
  const auto skip = [&](uint64_t sequence) {
    event.set_sequence(sequence);
    bus_.Append(kTopic, "k", event.SerializeAsString());
    executor_.Advance(absl::Milliseconds(20));
    EXPECT_EQ(consumer_.applied().sequence(partition), sequence);
  };
  for (uint64_t sequence = 2; sequence <= 40; ++sequence) skip(sequence);
  EXPECT_EQ(consumer_.store().disk().writes(), before);
  EXPECT_EQ(stored().applied_sequence(), 1u);
  consumer_.Crash();
  executor_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(consumer_.applied().sequence(partition), 40u) << "read again";
  Settle();
  EXPECT_EQ(stored().offset(), 40u);
  EXPECT_EQ(stored().applied_sequence(), 40u);
  EXPECT_EQ(consumer_.Heard("k"), "하나");
}

TEST_F(SubscriberTest, AFailedEventHoldsUpItsKeyOnlyAndLeavesNoTrace) {
  consumer_.faults()["나쁨"] = absl::InvalidArgumentError("unknown mood");
  producer_.Say("서울", {"좋음", "나쁨", "그 다음"});
  producer_.Say("부산", {"바다"});
  executor_.RunUntilIdle();
  EXPECT_EQ(consumer_.Heard("서울"), "좋음");
  EXPECT_EQ(consumer_.Heard("부산"), "바다");
  const std::vector<ParkedRow> parked = consumer_.Parked();
  ASSERT_THAT(parked, SizeIs(2));
  EXPECT_EQ(parked[0].id.sequence, 2u);
  EXPECT_EQ(parked[0].record.state(), store::v1::PARKED_STATE_RETRYING);
  EXPECT_EQ(parked[0].record.error_message(), "unknown mood");
  EXPECT_EQ(parked[1].record.state(), store::v1::PARKED_STATE_QUEUED);
  EXPECT_GE(consumer_.applied().sequence({kTopic, PartitionOf("서울")}), 3u)
      << "parked counts as applied";
}

TEST_F(SubscriberTest, ARetryThatSucceedsDrainsTheKeyInOrder) {
  consumer_.faults()["2"] = absl::NotFoundError("not yet");
  producer_.Say("k", {"1", "2", "3", "4"});
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1");
  consumer_.faults().clear();
  executor_.Advance(absl::Seconds(5));
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4");
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
  producer_.Say("k", {"5"});
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4 5");
}

TEST_F(SubscriberTest, ASecondFailureInTheQueueKeepsTheOrder) {
  consumer_.faults()["1"] = absl::NotFoundError("not yet");
  consumer_.faults()["3"] = absl::NotFoundError("not yet");
  producer_.Say("k", {"1", "2", "3", "4"});
  Settle();
  consumer_.faults().erase("1");
  executor_.Advance(absl::Seconds(5));
  EXPECT_EQ(consumer_.Heard("k"), "1 2");
  consumer_.faults().clear();
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4");
}

TEST_F(SubscriberTest, RetriesSurviveACrash) {
  consumer_.faults()["1"] = absl::NotFoundError("not yet");
  producer_.Say("k", {"1", "2"});
  Settle();
  consumer_.Crash();
  consumer_.faults().clear();
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), "1 2");
}

TEST_F(SubscriberTest, AClockPutBackDoesNotStallRetries) {
  // However far: by hours, or by less than the longest delay that a retry can have.
  for (const absl::Duration back : {absl::Hours(24), absl::Minutes(3)}) {
    for (const bool restarts : {true, false}) {
      SCOPED_TRACE(absl::StrCat(absl::FormatDuration(back), restarts ? ", restarted" : ""));
      const std::string key = absl::StrCat(absl::FormatDuration(back), restarts);
      consumer_.faults()["1"] = absl::NotFoundError("not yet");
      producer_.Say(key, {"1"});
      Settle();
      executor_.JumpWall(-back);
      if (restarts) consumer_.Crash();
      consumer_.faults().clear();
      executor_.Advance(absl::Seconds(5));
      EXPECT_EQ(consumer_.Heard(key), "1");
    }
  }
}

TEST_F(SubscriberTest, AfterTheLastAttemptTheEventIsDeadAndItsKeyWaits) {
  consumer_.faults()["1"] = absl::InvalidArgumentError("never");
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Hours(2));
  std::vector<ParkedRow> parked = consumer_.Parked();
  ASSERT_THAT(parked, SizeIs(2));
  EXPECT_EQ(parked[0].record.state(), store::v1::PARKED_STATE_DEAD);
  EXPECT_EQ(parked[0].record.attempts(), 10u);
  EXPECT_THAT(consumer_.journal().errors, SizeIs(1));
  consumer_.faults().clear();
  producer_.Say("k", {"3"});
  producer_.Say("other", {"flows"});
  executor_.Advance(absl::Hours(2));
  EXPECT_EQ(consumer_.Heard("k"), "");
  EXPECT_EQ(consumer_.Heard("other"), "flows");
  EXPECT_THAT(consumer_.Parked(), SizeIs(3));
}

TEST_F(SubscriberTest, ADamagedRecordIsParkedAndItsKeyQueues) {
  producer_.StopRelay();
  bus_.Append(kTopic, "k", "\xff\xff no envelope");
  Settle();
  producer_.Say("unused", {"1"});  // the producer's first sequence is taken by the damaged record
  const std::vector<ParkedRow> parked = consumer_.Parked();
  ASSERT_THAT(parked, SizeIs(1));
  EXPECT_EQ(parked[0].record.value(), "\xff\xff no envelope");
  EXPECT_EQ(parked[0].record.error_code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
}

TEST_F(SubscriberTest, AFailedStreamWhileRetryingKeepsOrder) {
  std::string want;
  for (int round = 0; round < 30; ++round) {
    const std::string bad = absl::StrCat("bad", round);
    const std::string good = absl::StrCat("good", round);
    consumer_.faults()[bad] = absl::NotFoundError("not yet");
    producer_.Say("k", {bad, good});
    absl::StrAppend(&want, want.empty() ? "" : " ", bad, " ", good);
    executor_.Advance(absl::Milliseconds(300));
    consumer_.faults().clear();
    for (int i = 0; i < round; ++i) executor_.RunOne();
    if (round % 2 == 0) bus_.Disconnect();
    if (round % 3 == 0) consumer_.Crash();
  }
  executor_.Advance(absl::Minutes(10));
  EXPECT_EQ(consumer_.Heard("k"), want);
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
}

TEST_F(SubscriberTest, AFullDiskHoldsEverythingAndParksNothing) {
  consumer_.store().disk().OnWrite([] { return absl::ResourceExhaustedError("the disk is full"); });
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), "");
  EXPECT_EQ(consumer_.subscriber().Report().state, SubscriberState::kPaused);
  consumer_.store().disk().OnWrite(nullptr);
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), "1 2");
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
  EXPECT_EQ(consumer_.subscriber().Report().state, SubscriberState::kRunning);
}

TEST_F(SubscriberTest, AnUnavailableHandlerHoldsThePartitionAndIsTriedAgain) {
  consumer_.faults()["2"] = absl::UnavailableError("the store cannot be read");
  producer_.Say("k", {"1", "2", "3"});
  executor_.Advance(absl::Minutes(1));
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
  consumer_.faults().clear();
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3");
}

TEST_F(SubscriberTest, WhatIsDeliveredAheadIsBounded) {
  consumer_.Stop();
  consumer_.options().max_records = 10;
  consumer_.store().disk().OnWrite([] { return absl::ResourceExhaustedError("the disk is full"); });
  producer_.Say("k", std::vector<std::string>(500, "x"));
  consumer_.Start();
  executor_.Advance(absl::Minutes(1));
  EXPECT_LE(bus_.outstanding_records(), 12u);
  consumer_.store().disk().OnWrite(nullptr);
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k").size(), 999u);
}

TEST_F(SubscriberTest, TwoMembersOfOneStoreShareTheWorkThroughReassignments) {
  SubscriberOptions options = consumer_.options();
  options.member = "datecourse-consumer/2";
  prometheus::Registry registry;
  Environment environment{executor_,           consumer_.environment().random,
                          *consumer_.store(),  bus_,
                          consumer_.journal(), registry};
  Subscriber second(environment, options,
                    Routes::Of("datecourse", HearingPolicies(consumer_.faults())),
                    consumer_.applied());
  second.Start();
  std::string want;
  for (int i = 0; i < 60; ++i) {
    producer_.Say("k", {absl::StrCat(i)});
    absl::StrAppend(&want, want.empty() ? "" : " ", i);
    for (int step = 0; step < i; ++step) executor_.RunOne();
    if (i % 5 == 0) bus_.Reassign(i % 10 == 0);
  }
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), want);
}

TEST_F(SubscriberTest, AStaleMemberDoesNotCommitAndJoinsAgain) {
  bus_.SetDelay(absl::Seconds(3));
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Seconds(1));
  // Another member takes the partition and is done with it, while the first one still waits for its
  // batch.
  const SubscriptionId id = consumer_.options().id;
  const TopicPartition partition{kTopic, PartitionOf("k")};
  ASSERT_TRUE(
      RunJust(executor_, consumer_.store()->Apply([&](maru::store::Txn& txn) -> absl::Status {
        ASSIGN_OR_RETURN(ConsumedPosition position, ReadPosition(txn, id, partition));
        position.set_assignment(position.assignment() + 1);
        WritePosition(txn, id, partition, position);
        return absl::OkStatus();
      })).ok());
  executor_.Advance(absl::Milliseconds(2500));
  EXPECT_EQ(consumer_.Heard("k"), "");
  bus_.SetDelay(absl::ZeroDuration());
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(consumer_.Heard("k"), "1 2");
  EXPECT_THAT(consumer_.journal().warnings,
              testing::Contains(testing::HasSubstr("another member")));
}

TEST_F(SubscriberTest, AGroupOfAnotherStoreIsRefusedLoudly) {
  Settle();
  Consumer copy(executor_, bus_);  // the same deployment over another store
  Settle();
  EXPECT_EQ(copy.subscriber().Report().state, SubscriberState::kRefused);
  EXPECT_THAT(copy.journal().errors, SizeIs(1));
}

class GapTest : public SubscriberTest {
 protected:
  absl::Status Accept() {
    return maru::store::RunOn(executor_, consumer_.subscriber().AcceptGap({kTopic, kPartition}));
  }
  std::string GapReason() {
    for (const auto& partition : consumer_.subscriber().Report().partitions) {
      if (partition.partition.partition == kPartition) return partition.gap;
    }
    return "";
  }

  const uint32_t kPartition = PartitionOf("k");
};

TEST_F(GapTest, ATruncatedBeginningStandsStillUntilItIsAccepted) {
  consumer_.Stop();
  producer_.Say("k", {"1", "2", "3"});
  Settle();
  bus_.Truncate(kTopic, kPartition, 2);
  consumer_.Start();
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), "");
  EXPECT_THAT(GapReason(), testing::HasSubstr("beginning"));
  EXPECT_THAT(consumer_.journal().errors, SizeIs(1));
  EXPECT_TRUE(Accept().ok());
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "3");
  EXPECT_EQ(GapReason(), "");
  EXPECT_EQ(Accept().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(GapTest, AnotherLogIsReadFromItsBeginningWithoutRepeatingEffects) {
  producer_.Say("k", {"1", "2"});
  Settle();
  producer_.StopRelay();
  const std::vector<Record> old = bus_.records(kTopic);
  bus_.RecreateTopic(kTopic);
  for (const Record& record : old) bus_.AppendRaw(kTopic, record);
  executor_.Advance(absl::Minutes(1));
  EXPECT_THAT(GapReason(), testing::HasSubstr("another log"));
  EXPECT_TRUE(Accept().ok());
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 2");
  EXPECT_EQ(GapReason(), "");
}

TEST_F(GapTest, ADamagedRecordInTheLogIsSteppedOverOnceAccepted) {
  consumer_.Stop();
  producer_.Say("k", {"1", "2", "3"});
  Settle();
  bus_.Damage(kTopic, kPartition, 1);
  consumer_.Start();
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), "1");
  EXPECT_THAT(GapReason(), testing::HasSubstr("cannot be read"));
  EXPECT_TRUE(Accept().ok());
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 3");
}

TEST_F(GapTest, ALogThatLostItsEndIsReadAgainWithoutRepeatingEffectsAlsoAfterACrash) {
  producer_.Say("k", {"1", "2", "3"});
  Settle();
  producer_.StopRelay();
  bus_.RewindMark(kTopic, 1);
  executor_.Advance(absl::Minutes(1));
  EXPECT_THAT(GapReason(), testing::HasSubstr("past the end"));
  EXPECT_TRUE(RunJust(executor_, consumer_.subscriber().AcceptGap({kTopic, kPartition})).ok());
  consumer_.Crash();
  bus_.Append(kTopic, "k", "2 is here already");
  bus_.Append(kTopic, "k", "3 is here already");
  event::v1::Event fourth;
  fourth.set_key("k");
  fourth.set_sequence(bus_.mark(kTopic) + 1);
  fourth.set_type("google.protobuf.StringValue");
  fourth.set_data(Said("k", "4").SerializeAsString());
  bus_.Append(kTopic, "k", fourth.SerializeAsString());
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 2 3 4");
  EXPECT_THAT(consumer_.Parked(), IsEmpty());
}

TEST_F(GapTest, LaterDamageIsAGapOfItsOwn) {
  consumer_.Stop();
  producer_.Say("k", {"1", "2", "3", "4", "5", "6", "7", "8"});
  Settle();
  bus_.Damage(kTopic, kPartition, 1);
  bus_.Damage(kTopic, kPartition, 6);
  consumer_.Start();
  executor_.Advance(absl::Seconds(10));
  EXPECT_TRUE(Accept().ok());
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(consumer_.Heard("k"), "1 3 4 5 6");
  EXPECT_THAT(GapReason(), testing::HasSubstr("cannot be read"));
  EXPECT_TRUE(Accept().ok());
  Settle();
  EXPECT_EQ(consumer_.Heard("k"), "1 3 4 5 6 8");
}

}  // namespace
}  // namespace maru::events
