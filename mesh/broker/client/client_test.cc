// Goal: over the bus nothing is lost, doubled or reordered, whatever happens to the connection.
// Method: the client against a broker under virtual time, over streams that break.
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mesh/broker/client/frame_builder.h"
#include "mesh/broker/testing/broker_harness.h"

namespace maru::broker {
namespace {

using rpc::ReasonOf;

std::vector<events::Record> Records(uint64_t first, uint64_t count) {
  std::vector<events::Record> records;
  for (uint64_t sequence = first; sequence < first + count; ++sequence) {
    records.push_back(
        {sequence, "열쇠-" + std::to_string(sequence % 13), "코스-" + std::to_string(sequence)});
  }
  return records;
}

// Does what a relay does: sends 1..count, each once, resending from the mark after a break.
async::Task<void> RelayAll(events::Publisher& publisher, uint64_t count, int& opens,
                           absl::Status& outcome) {
  while (true) {
    absl::StatusOr<uint64_t> mark = co_await publisher.Open();
    ++opens;
    if (!mark.ok()) {
      outcome = mark.status();
      co_return;
    }
    uint64_t next = *mark + 1;
    absl::Status status;
    while (next <= count && status.ok()) {
      status = co_await publisher.Send(Records(next, 1));
      ++next;
    }
    while (status.ok() && *mark < count) {
      mark = co_await publisher.Acked(*mark);
      status = mark.status();
      if (!status.ok()) break;
    }
    if (status.ok()) co_return;
  }
}

// Does what a subscriber does, with positions that survive.
class Consumer {
 public:
  explicit Consumer(events::Subscription& subscription) : subscription_(subscription) {}

  async::Task<void> Run() {
    while (true) {
      absl::StatusOr<events::Delivery> next = co_await subscription_.Next();
      if (!next.ok()) {
        outcome = next.status();
        co_return;
      }
      if (auto* assigned = std::get_if<events::Assigned>(&*next)) Start(*assigned);
      if (auto* batch = std::get_if<events::Batch>(&*next)) Apply(*batch);
      if (auto* revoked = std::get_if<events::Revoked>(&*next))
        subscription_.Released(revoked->generation);
      if (std::holds_alternative<events::Disconnected>(*next)) ++disconnects;
    }
  }

  std::map<uint32_t, events::Position> positions;
  std::map<uint64_t, std::string> applied;
  int disconnects = 0;
  int assignments = 0;
  absl::Status outcome;

 private:
  void Start(const events::Assigned& assigned) {
    ++assignments;
    std::vector<events::PartitionStart> starts;
    for (const auto& partition : assigned.partitions) {
      const auto known = positions.find(partition.partition);
      events::PartitionStart start{
          partition.topic, partition.partition, events::StartFrom::kEarliest, {}, false};
      if (known != positions.end()) {
        start.from = events::StartFrom::kPosition;
        start.position = known->second;
      }
      starts.push_back(start);
    }
    subscription_.Start(assigned.generation, std::move(starts));
  }
  void Apply(const events::Batch& batch) {
    uint64_t bytes = 0;
    for (const events::Record& record : batch.records) {
      EXPECT_TRUE(applied.emplace(record.sequence, record.value).second) << record.sequence;
      bytes += record.value.size();
    }
    const uint64_t next = batch.base_offset + batch.records.size();
    positions[batch.partition] = {batch.log_id, next};
    subscription_.Done(batch.topic, batch.partition, next, batch.records.size(), bytes);
  }

  events::Subscription& subscription_;
};

events::SubscriptionOptions Options(const std::string& store_id = "store-1") {
  events::SubscriptionOptions options;
  options.group = kGroup;
  options.member = "datecourse-viewpage-1";
  options.store_id = store_id;
  options.topics = {kTopic};
  options.max_records = 64;
  options.max_bytes = 4096;
  return options;
}

struct ClientTest : testing::Test {
  BrokerHarness harness;
  BrokerBus owner = BrokerHarness::MakeBus(harness, *harness.loopback, kOwner);
  BrokerBus reader = BrokerHarness::MakeBus(harness, *harness.loopback, kReader);
  async::Scope scope;
  int opens = 0;
  absl::Status outcome;

  void ExpectAll(const Consumer& consumer, uint64_t count) {
    EXPECT_EQ(consumer.applied.size(), count);
    for (const auto& [sequence, value] : consumer.applied)
      EXPECT_EQ(value, "코스-" + std::to_string(sequence));
  }
};

TEST_F(ClientTest, WhatIsPublishedIsConsumedOnceWithinCredit) {
  const auto publisher = owner.NewPublisher(kTopic, 1);
  const auto subscription = reader.Subscribe(Options());
  Consumer consumer(*subscription);
  scope.Spawn(consumer.Run());
  scope.Spawn(RelayAll(*publisher, 5000, opens, outcome));
  harness.executor.Advance(absl::Seconds(5));
  ExpectAll(consumer, 5000);
  EXPECT_EQ(opens, 1);
  scope.CancelAll();
}

TEST_F(ClientTest, SingleRecordsAreFramedBehindTheWriteInFlight) {
  const auto publisher = owner.NewPublisher(kTopic, 1);
  scope.Spawn(RelayAll(*publisher, 3000, opens, outcome));
  harness.Settle();
  EXPECT_EQ(harness.log->Find(kTopic)->mark, 3000u);
  // Far fewer writes than records.
  EXPECT_LT(harness.engine->syncs(), 300u);
  scope.CancelAll();
}

TEST_F(ClientTest, BrokenConnectionsLoseAndDoubleNothing) {
  const auto publisher = owner.NewPublisher(kTopic, 1);
  const auto subscription = reader.Subscribe(Options());
  Consumer consumer(*subscription);
  scope.Spawn(consumer.Run());
  scope.Spawn(RelayAll(*publisher, 20'000, opens, outcome));
  for (int i = 0; i < 30; ++i) {
    harness.loopback->BreakAll();
    if (i % 7 == 3) harness.Restart();
    harness.loopback->SetReachable(i % 5 != 4);
    harness.executor.Advance(absl::Milliseconds(100 + 40 * (i % 3)));
  }
  harness.loopback->SetReachable(true);
  harness.executor.Advance(absl::Seconds(20));
  ExpectAll(consumer, 20'000);
  EXPECT_GT(consumer.disconnects, 10);
  EXPECT_GE(opens, 1);
  scope.CancelAll();
}

TEST_F(ClientTest, RefusalsThatWillNotPassAreSaid) {
  const auto stranger = reader.NewPublisher(kTopic, 1);
  EXPECT_EQ(ReasonOf(harness.Run(stranger->Open()).status()), "NOT_TOPIC_OWNER");
  ASSERT_TRUE(harness.Run(owner.NewPublisher(kTopic, 2)->Open()).ok());
  EXPECT_EQ(ReasonOf(harness.Run(owner.NewPublisher(kTopic, 1)->Open()).status()), "FENCED");
  const auto first = reader.Subscribe(Options());
  harness.Settle();
  const auto foreign = reader.Subscribe(Options("store-2"));
  EXPECT_EQ(ReasonOf(harness.Run(foreign->Next()).status()), "FOREIGN_STORE");
}

TEST_F(ClientTest, WhoWaitsOnAConnectionThatIsOpenedAnewHearsOfIt) {
  const auto publisher = owner.NewPublisher(kTopic, 1);
  ASSERT_TRUE(harness.Run(publisher->Open()).ok());
  absl::Status heard;
  const auto wait = [&]() -> async::Task<void> { heard = (co_await publisher->Acked(0)).status(); };
  scope.Spawn(wait());
  harness.Settle();
  ASSERT_TRUE(harness.Run(publisher->Open()).ok());
  harness.Settle();
  EXPECT_EQ(heard.code(), absl::StatusCode::kUnavailable);
}

TEST_F(ClientTest, ASilentBrokerIsGivenUpAndADrainedOneIsLeftInOrder) {
  const auto publisher = owner.NewPublisher(kTopic, 1);
  const auto subscription = reader.Subscribe(Options());
  Consumer consumer(*subscription);
  scope.Spawn(consumer.Run());
  scope.Spawn(RelayAll(*publisher, 100, opens, outcome));
  harness.executor.Advance(absl::Minutes(2));
  EXPECT_EQ(consumer.disconnects, 0);  // heartbeats go both ways
  scope.Spawn(harness.service->Drain(harness.executor.Now() + absl::Seconds(5)));
  harness.executor.Advance(absl::Milliseconds(200));
  EXPECT_GE(consumer.disconnects, 1);
  ExpectAll(consumer, 100);
  scope.CancelAll();
}

TEST(FrameBuilderTest, FramesAreWhatAProtobufEncoderMakes) {
  FrameBuilder builder;
  std::vector<KeyValue> records;
  for (int i = 0; i < 300; ++i) {
    records.push_back({"열쇠-" + std::to_string(i), std::string(static_cast<size_t>(i), 'v')});
    builder.Add(records.back().key, static_cast<uint64_t>(i) + 1, records.back().value);
  }
  const v1::Frame want = MakeFrame(1, records);
  const v1::Frame got = builder.Take();
  // An empty field is written out here and left out there: both are the same record.
  ASSERT_EQ(RecordsOf(got.records()).size(), 300u);
  for (size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(RecordsOf(got.records())[i].SerializeAsString(),
              RecordsOf(want.records())[i].SerializeAsString());
  }
  EXPECT_EQ(got.count(), want.count());
  EXPECT_EQ(got.last_sequence(), want.last_sequence());
  EXPECT_TRUE(builder.empty());
}

TEST(FrameBuilderTest, FramesStayWithinTheLimit) {
  FrameBuilder builder;
  for (uint64_t sequence = 1; sequence <= 100; ++sequence)
    builder.Add("k", sequence, std::string(100 << 10, 'v'));
  uint64_t next = 1;
  while (!builder.empty()) {
    const v1::Frame frame = builder.Take();
    EXPECT_EQ(frame.first_sequence(), next);
    EXPECT_LE(frame.records().size(), kMaxFrameBytes);
    next = frame.last_sequence() + 1;
  }
  EXPECT_EQ(next, 101u);
  EXPECT_EQ(builder.bytes(), 0u);
}

}  // namespace
}  // namespace maru::broker
