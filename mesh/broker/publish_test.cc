// Goal: a publisher hears exactly what is durable and why it is refused, whatever it does.
// Method: raw streams against a broker under virtual time.
#include <string>

#include "gtest/gtest.h"
#include "mesh/broker/testing/broker_harness.h"

namespace maru::broker {
namespace {

using rpc::ReasonOf;

TEST(PublishTest, OpenCreatesTheTopicAndSaysWhereItStands) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  EXPECT_EQ(harness.opened.mark(), 0u);
  EXPECT_EQ(harness.opened.log_id(), harness.log->Find(kTopic)->log_id);
  EXPECT_EQ(harness.opened.log_id().size(), 32u);
  EXPECT_GT(harness.opened.credit().records(), 0u);
}

TEST(PublishTest, FramesAreAckedCumulativelyWithDurabilityAndCredit) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 10)));
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(11, 10)));
  harness.Settle();
  const auto acks = publisher->TakeAll(v1::PublishResponse::kAck);
  ASSERT_FALSE(acks.empty());
  EXPECT_EQ(acks.back().ack().sequence(), 20u);
  EXPECT_EQ(acks.back().ack().durability(), v1::DURABILITY_DURABLE);
  EXPECT_EQ(acks.back().ack().credit().records(), harness.opened.credit().records() + 20);
}

TEST(PublishTest, ARepeatIsAckedAndItsCreditComesBack) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  for (int i = 0; i < 2; ++i) publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 10)));
  harness.Settle();
  const v1::Ack ack = publisher->TakeAll(v1::PublishResponse::kAck).back().ack();
  EXPECT_EQ(ack.sequence(), 10u);
  EXPECT_EQ(ack.credit().records(), harness.opened.credit().records() + 20);
}

TEST(PublishTest, OnlyTheOwnerPublishes) {
  BrokerHarness harness;
  const auto publisher = harness.Publisher("datecourse-review");
  publisher->Send(BrokerHarness::OpenRequest(kTopic, 1));
  harness.Settle();
  ASSERT_TRUE(publisher->ended.has_value());
  EXPECT_EQ(publisher->ended->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(*publisher->ended), "NOT_TOPIC_OWNER");
  EXPECT_EQ(harness.log->Find(kTopic), nullptr);
}

TEST(PublishTest, RefusalsEndTheStreamByName) {
  const struct {
    std::string name;
    v1::Frame frame;
    std::string reason;
  } kCases[] = {
      {"a hole", NumberedFrame(102, 1), "SEQUENCE_HOLE"},
      {"reused", NumberedFrame(50, 1, "다른-"), "SEQUENCE_REUSED"},
      {"no records", v1::Frame(), "PROTOCOL_VIOLATION"},
  };
  for (const auto& refused : kCases) {
    SCOPED_TRACE(refused.name);
    BrokerHarness harness;
    const auto publisher = harness.OpenPublisher();
    publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 100)));
    publisher->Send(BrokerHarness::FrameRequest(refused.frame));
    harness.Settle();
    ASSERT_TRUE(publisher->ended.has_value());
    EXPECT_EQ(ReasonOf(*publisher->ended), refused.reason);
    EXPECT_EQ(harness.log->Find(kTopic)->mark, 100u);
  }
}

TEST(PublishTest, AProducerThatRewindsBeyondTheWindowIsRefused) {
  BrokerHarness harness;
  auto publisher = harness.OpenPublisher();
  for (uint64_t first = 1; first < 70'000; first += 1000) {
    publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(first, 1000)));
    harness.Settle();
  }
  ASSERT_FALSE(publisher->ended.has_value());
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 1)));
  harness.Settle();
  EXPECT_EQ(ReasonOf(*publisher->ended), "PRODUCER_REWOUND");
}

TEST(PublishTest, ANewerEpochFencesTheStreamOfAnOlderOne) {
  BrokerHarness harness;
  const auto older = harness.OpenPublisher(kTopic, 1);
  const auto newer = harness.OpenPublisher(kTopic, 2);
  older->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 1)));
  harness.Settle();
  EXPECT_EQ(ReasonOf(*older->ended), "FENCED");
  newer->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 1)));
  harness.Settle();
  EXPECT_EQ(newer->Take().ack().sequence(), 1u);
}

TEST(PublishTest, TheProtocolIsEnforced) {
  {
    BrokerHarness harness;
    const auto publisher = harness.Publisher();
    publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 1)));
    harness.Settle();
    EXPECT_EQ(ReasonOf(*publisher->ended), "PROTOCOL_VIOLATION");
  }
  {
    BrokerHarness harness;
    const auto publisher = harness.OpenPublisher();
    publisher->Send(BrokerHarness::OpenRequest(kTopic, 1));
    harness.Settle();
    EXPECT_EQ(ReasonOf(*publisher->ended), "PROTOCOL_VIOLATION");
  }
  for (const std::string topic :
       {"", "datecourse", "Datecourse.schedule", "datecourse.schedule.x", "데이트.코스"}) {
    BrokerHarness harness;
    const auto publisher = harness.Publisher(topic);
    publisher->Send(BrokerHarness::OpenRequest(topic, 1));
    harness.Settle();
    EXPECT_EQ(ReasonOf(*publisher->ended), "PROTOCOL_VIOLATION") << topic;
  }
  {
    BrokerHarness harness;
    const auto publisher = harness.Publisher();
    publisher->Send(v1::PublishRequest());
    harness.Settle();
    EXPECT_EQ(ReasonOf(*publisher->ended), "PROTOCOL_VIOLATION");
  }
}

TEST(PublishTest, WhoIgnoresCreditIsCutOff) {
  BrokerHarness harness({}, {.publish_window_records = 0});
  const auto publisher = harness.OpenPublisher();
  EXPECT_EQ(harness.opened.credit().records(), 0u);
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 1)));
  harness.Settle();
  ASSERT_TRUE(publisher->ended.has_value());
  EXPECT_EQ(ReasonOf(*publisher->ended), "PROTOCOL_VIOLATION");
  EXPECT_EQ(harness.log->Find(kTopic)->mark, 0u);
}

TEST(PublishTest, BytesInFlightAreCountedUntilTheyAreAnswered) {
  BrokerHarness harness;
  harness.OpenPublisher();
  struct Looks final : AppendSink {
    explicit Looks(BrokerHarness& to) : harness(to) {}
    void OnAppended(absl::StatusOr<uint64_t>, const FrameSize&) override {
      busy_bytes = harness.log->appending_bytes();
    }
    BrokerHarness& harness;
    uint64_t busy_bytes = 0;
  };
  const auto sink = std::make_shared<Looks>(harness);
  const uint32_t log = harness.log->Find(kTopic)->log;
  harness.log->Append({kTopic, log, 1, NumberedFrame(1, 1)}, sink);
  harness.log->Append({kTopic, log, 1, NumberedFrame(2, 1)}, {});
  harness.Settle();
  // The first of two was answered while the second was still counted, and in the end nothing is.
  EXPECT_GT(sink->busy_bytes, 0u);
  EXPECT_EQ(harness.log->appending_bytes(), 0u);
}

TEST(PublishTest, AFullDiskIsRetryableAndPassesByItself) {
  BrokerHarness harness;
  auto publisher = harness.OpenPublisher();
  harness.engine->SetDiskFull(true);
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 10)));
  harness.Settle();
  EXPECT_EQ(publisher->ended->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(*publisher->ended), "DISK_FULL");
  harness.engine->SetDiskFull(false);
  publisher = harness.OpenPublisher();
  EXPECT_EQ(harness.opened.mark(), 0u);
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 10)));
  harness.Settle();
  EXPECT_EQ(publisher->Take().ack().sequence(), 10u);
}

TEST(PublishTest, AQuietBrokerSendsHeartbeatsAndASilentClientIsGivenUp) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  harness.executor.Advance(absl::Seconds(11));
  EXPECT_EQ(publisher->TakeAll(v1::PublishResponse::kHeartbeat).size(), 2u);
  EXPECT_FALSE(publisher->ended.has_value());
  harness.executor.Advance(absl::Seconds(5));
  ASSERT_TRUE(publisher->ended.has_value());
  EXPECT_EQ(ReasonOf(*publisher->ended), "SESSION_EXPIRED");
  EXPECT_EQ(harness.service->streams(), 0u);
}

TEST(PublishTest, DrainLetsThePublisherFinish) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 3)));
  async::Scope scope;
  scope.Spawn(harness.service->Drain(harness.executor.Now() + absl::Seconds(10)));
  harness.Settle();
  ASSERT_EQ(publisher->received.size(), 2u);
  publisher->HalfClose();
  harness.Settle();
  ASSERT_TRUE(publisher->ended.has_value());
  EXPECT_TRUE(publisher->ended->ok()) << *publisher->ended;
  EXPECT_EQ(scope.size(), 0u);
  EXPECT_EQ(harness.log->Find(kTopic)->mark, 3u);
}

TEST(PublishTest, WhoComesWhileTheBrokerDrainsIsRefusedAndDoesNotKeepItFromStopping) {
  BrokerHarness harness;
  const auto leaves = harness.OpenPublisher();
  async::Scope scope;
  scope.Spawn(harness.service->Drain(harness.executor.Now() + absl::Seconds(10)));
  harness.Settle();
  const auto comes = harness.Publisher();
  comes->Send(BrokerHarness::OpenRequest(kTopic, 1));
  const auto joins = harness.Subscriber();
  joins->Send(BrokerHarness::JoinRequest("member"));
  leaves->HalfClose();
  harness.Settle();
  ASSERT_TRUE(comes->ended.has_value());
  EXPECT_EQ(ReasonOf(*comes->ended), "NOT_SERVING");
  ASSERT_TRUE(joins->ended.has_value());
  EXPECT_EQ(ReasonOf(*joins->ended), "NOT_SERVING");
  EXPECT_EQ(scope.size(), 0u);
}

TEST(PublishTest, ADeletedTopicEndsItsPublisherRetryably) {
  BrokerHarness harness;
  auto publisher = harness.OpenPublisher();
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(1, 3)));
  harness.Settle();
  ASSERT_TRUE(harness.Run(harness.log->DeleteTopic(kTopic, harness.opened.log_id())).ok());
  publisher->Send(BrokerHarness::FrameRequest(NumberedFrame(4, 1)));
  harness.Settle();
  EXPECT_EQ(publisher->ended->code(), absl::StatusCode::kUnavailable);
  publisher = harness.OpenPublisher();
  EXPECT_EQ(harness.opened.mark(), 3u);
}

}  // namespace
}  // namespace maru::broker
