// Goal: what commits is published once and in commit order, whatever breaks; a dead broker costs
// nobody a command; a broker and a store that disagree about history stop publishing and say so.
// Method: a store and a broker in memory under virtual time; faults between any two steps.
#include "common/events/relay.h"

#include "common/events/events_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RelayTest : public testing::Test {
 protected:
  // The texts in the log, by sequence.
  std::vector<std::string> Published() {
    std::vector<std::string> texts;
    uint64_t sequence = 0;
    for (const Record& record : bus_.records(kTopic)) {
      EXPECT_EQ(record.sequence, ++sequence);
      event::v1::Event event;
      StringValue said;
      EXPECT_TRUE(event.ParseFromString(record.value) && said.ParseFromString(event.data()));
      texts.push_back(said.value());
    }
    return texts;
  }
  size_t OutboxRows() {
    auto rows = maru::store::RunOn(executor_, producer_.store()->ReadOutbox(0, 1000, 1 << 20));
    return rows.value().size();
  }

  async::ManualExecutor executor_;
  MemoryBus bus_{executor_};
  Producer producer_{executor_, bus_};
};

TEST_F(RelayTest, PublishesAtOnceAndInCommitOrder) {
  producer_.Say("서울", {"봄", "여름"});
  producer_.Say("부산", {"바다"});
  producer_.Say("서울", {"가을"});
  executor_.RunUntilIdle();
  EXPECT_THAT(Published(), ElementsAre("서울=봄", "서울=여름", "부산=바다", "서울=가을"));
  EXPECT_EQ(producer_.relay().Report().published_sequence, 4u);
}

TEST_F(RelayTest, TrimsTheOutboxAfterTheAckOnly) {
  bus_.LoseAcks(true);
  producer_.Say("k", {"1", "2", "3"});
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(OutboxRows(), 3u);
  bus_.LoseAcks(false);
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(OutboxRows(), 0u);
  EXPECT_EQ(producer_.store()->trimmed_sequence(), 3u);
}

TEST_F(RelayTest, ResendsAfterALostAckWithoutPublishingTwice) {
  bus_.LoseAcks(true);
  producer_.Say("k", {"1", "2"});
  executor_.RunUntilIdle();
  EXPECT_EQ(bus_.mark(kTopic), 2u);
  bus_.Disconnect();
  bus_.LoseAcks(false);
  producer_.Say("k", {"3"});
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(Published(), ElementsAre("k=1", "k=2", "k=3"));
  EXPECT_EQ(producer_.relay().Report().published_sequence, 3u);
}

TEST_F(RelayTest, CommandsGoOnWhileTheBrokerIsDownAndAllIsPublishedAfterwards) {
  bus_.SetDown(true);
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) texts.push_back(absl::StrCat(i));
  producer_.Say("k", texts);
  executor_.Advance(absl::Minutes(1));
  EXPECT_THAT(Published(), IsEmpty());
  const RelayReport report = producer_.relay().Report();
  EXPECT_EQ(report.last_sequence - report.published_sequence, 2000u);
  EXPECT_EQ(report.state, RelayState::kConnecting);
  bus_.SetDown(false);
  executor_.Advance(absl::Seconds(10));
  EXPECT_THAT(Published(), SizeIs(2000));
  EXPECT_EQ(OutboxRows(), 0u);
}

TEST_F(RelayTest, WaitsWhileTheBrokersDiskIsFull) {
  bus_.SetDiskFull(true);
  producer_.Say("k", {"1"});
  executor_.Advance(absl::Seconds(30));
  EXPECT_THAT(Published(), IsEmpty());
  bus_.SetDiskFull(false);
  executor_.Advance(absl::Seconds(10));
  EXPECT_THAT(Published(), ElementsAre("k=1"));
}

TEST_F(RelayTest, AStoreOlderThanTheBrokerStopsPublishingAndSaysSo) {
  producer_.StopRelay();
  bus_.Append(kTopic, "k", "published by the store that was lost");
  producer_.StartRelay();
  executor_.Advance(absl::Minutes(1));
  producer_.Say("k", {"1", "2"});
  executor_.Advance(absl::Minutes(1));
  const RelayReport report = producer_.relay().Report();
  EXPECT_EQ(report.state, RelayState::kStopped);
  EXPECT_EQ(report.error.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(bus_.records(kTopic), SizeIs(1));
  EXPECT_THAT(producer_.journal().errors, SizeIs(1));
  EXPECT_EQ(OutboxRows(), 2u);
}

TEST_F(RelayTest, ABrokerThatLostWhatIsTrimmedStopsPublishing) {
  producer_.Say("k", {"1", "2", "3"});
  executor_.Advance(absl::Seconds(5));
  ASSERT_EQ(OutboxRows(), 0u);
  bus_.RewindMark(kTopic, 1);
  producer_.Say("k", {"4"});
  executor_.Advance(absl::Minutes(1));
  EXPECT_EQ(producer_.relay().Report().state, RelayState::kStopped);
  EXPECT_EQ(bus_.mark(kTopic), 1u);
  EXPECT_EQ(OutboxRows(), 1u);
}

TEST_F(RelayTest, ABrokerThatLostWhatIsStillInTheOutboxGetsItAgain) {
  producer_.Say("k", {"1", "2", "3"});
  executor_.RunUntilIdle();
  ASSERT_EQ(OutboxRows(), 3u);
  bus_.RewindMark(kTopic, 1);
  executor_.Advance(absl::Milliseconds(500));
  EXPECT_THAT(Published(), ElementsAre("k=1", "k=2", "k=3"));
}

TEST_F(RelayTest, AFencedRelayStops) {
  auto newer = bus_.NewPublisher(kTopic, producer_.store()->epoch() + 1);
  ASSERT_TRUE(maru::store::RunOn(executor_, newer->Open()).ok());
  bus_.Disconnect();
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(producer_.relay().Report().state, RelayState::kStopped);
}

TEST_F(RelayTest, FlushWaitsForTheAckOrTheDeadline) {
  bus_.SetDown(true);
  producer_.Say("k", {"1"});
  std::optional<absl::Status> late;
  std::optional<absl::Status> flushed;
  async::Scope scope;
  const auto flush = [this](absl::Duration within,
                            std::optional<absl::Status>& out) -> async::Task<void> {
    out = co_await producer_.relay().Flush(executor_.Now() + within);
  };
  scope.Spawn(flush(absl::Seconds(1), late));
  scope.Spawn(flush(absl::Seconds(60), flushed));
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(late.value().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(flushed.has_value());
  bus_.SetDown(false);
  executor_.Advance(absl::Seconds(20));
  EXPECT_TRUE(flushed.value().ok());
}

// Crash of the producer, and loss of the stream, after every single step.
TEST_F(RelayTest, ACrashBetweenAnyTwoStepsPublishesEveryEventOnce) {
  std::vector<std::string> want;
  for (int steps = 0; steps < 40; ++steps) {
    for (int i = 0; i < 3; ++i) {
      want.push_back(absl::StrCat("k=", steps, ".", i));
      producer_.Say("k", {absl::StrCat(steps, ".", i)});
    }
    for (int i = 0; i < steps; ++i) executor_.RunOne();
    if (steps % 2 == 0) {
      producer_.Crash();
    } else {
      bus_.Disconnect();
    }
  }
  executor_.Advance(absl::Seconds(10));
  EXPECT_EQ(Published(), want);
}

}  // namespace
}  // namespace maru::events
