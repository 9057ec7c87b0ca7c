// Goal: a subscriber gets every record in order wherever it starts; what cannot be served is said.
// Method: raw streams against a broker under virtual time.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesh/broker/log/keys.h"
#include "mesh/broker/testing/broker_harness.h"

namespace maru::broker {
namespace {

using rpc::ReasonOf;
using Response = v1::SubscribeResponse;

struct Fixture {
  explicit Fixture(Log::Options options = {})
      : harness(options), publisher(harness.OpenPublisher()) {}

  // The assignment of the only member.
  v1::Assigned Join() {
    subscriber = harness.Subscriber();
    subscriber->Send(BrokerHarness::JoinRequest("a"));
    harness.Settle();
    const auto all = subscriber->TakeAll(Response::kAssigned);
    EXPECT_EQ(all.size(), 1u);
    return all.at(0).assigned();
  }
  void StartAt(const v1::Assigned& assigned, uint32_t which, const std::string& log,
               uint64_t offset, bool accept_gap = false) {
    v1::SubscribeRequest request;
    request.mutable_start()->set_generation(assigned.generation());
    v1::PartitionStart& start = *request.mutable_start()->add_partitions();
    start.set_topic(kTopic);
    start.set_partition(which);
    start.mutable_position()->set_log_id(log);
    start.mutable_position()->set_offset(offset);
    start.set_accept_gap(accept_gap);
    subscriber->Send(request);
    harness.Settle();
  }
  void Publish(v1::Frame frame) {
    publisher->Send(BrokerHarness::FrameRequest(std::move(frame)));
    harness.Settle();
  }
  std::string log_id() { return harness.log->Find(kTopic)->log_id; }

  const uint32_t partition = events::PartitionOf("k");
  BrokerHarness harness;
  std::unique_ptr<RawPublisher> publisher;
  std::unique_ptr<RawSubscriber> subscriber;
};

TEST(SubscribeTest, JoinIsChecked) {
  BrokerHarness harness;
  const auto reason = [&](const v1::SubscribeRequest& request) {
    const auto subscriber = harness.Subscriber();
    subscriber->Send(request);
    harness.Settle();
    return subscriber->ended.has_value() ? ReasonOf(*subscriber->ended) : "none";
  };
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a")), "none");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", "datecourse-viewpage")), "none");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", "datecourse-review/view")), "NOT_GROUP_OWNER");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", "datecourse-viewpages/view")),
            "NOT_GROUP_OWNER");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("")), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", kGroup, "store-1", {})), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", kGroup, "store-1", {"unknown"})),
            "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(BrokerHarness::JoinRequest("a", kGroup, "store-2")), "FOREIGN_STORE");
  EXPECT_EQ(reason(BrokerHarness::HeartbeatRequest()), "PROTOCOL_VIOLATION");
  v1::SubscribeRequest impatient = BrokerHarness::JoinRequest("a");
  impatient.mutable_join()->mutable_session_timeout()->set_seconds(1);
  EXPECT_EQ(reason(impatient), "PROTOCOL_VIOLATION");
}

TEST(SubscribeTest, AForeignStoreIsRefusedUntilTheGroupIsReset) {
  BrokerHarness harness;
  auto subscriber = harness.Subscriber();
  subscriber->Send(BrokerHarness::JoinRequest("a"));
  harness.Settle();
  EXPECT_EQ(ReasonOf(harness.Run(harness.service->coordinator().Reset(kGroup))), "GROUP_ACTIVE");
  subscriber.reset();
  harness.Restart();
  subscriber = harness.Subscriber();
  subscriber->Send(BrokerHarness::JoinRequest("a", kGroup, "store-2"));
  harness.Settle();
  EXPECT_EQ(ReasonOf(*subscriber->ended), "FOREIGN_STORE");
  ASSERT_TRUE(harness.Run(harness.service->coordinator().Reset(kGroup)).ok());
  subscriber = harness.Subscriber();
  subscriber->Send(BrokerHarness::JoinRequest("a", kGroup, "store-2"));
  harness.Settle();
  EXPECT_FALSE(subscriber->ended.has_value());
}

TEST(SubscribeTest, EarliestEndAndPositionAreWhereReadingBegins) {
  for (const int from : {0, 1, 2}) {
    Fixture fixture;
    fixture.Publish(MakeFrame(1, {{"k", "하나"}, {"k", "둘"}}));
    const v1::Assigned assigned = fixture.Join();
    v1::SubscribeRequest request;
    request.mutable_start()->set_generation(assigned.generation());
    v1::PartitionStart& start = *request.mutable_start()->add_partitions();
    start.set_topic(kTopic);
    start.set_partition(fixture.partition);
    if (from == 0) start.mutable_earliest();
    if (from == 1) start.mutable_end();
    if (from == 2) {
      start.mutable_position()->set_log_id(fixture.log_id());
      start.mutable_position()->set_offset(1);
    }
    fixture.subscriber->Send(request);
    fixture.harness.Settle();
    fixture.Publish(MakeFrame(3, {{"k", "셋"}}));
    const auto batches = fixture.subscriber->TakeAll(Response::kBatches);
    const uint64_t first[] = {0, 2, 1};
    EXPECT_EQ(batches.front().batches().batches(0).base_offset(), first[from]);
    EXPECT_EQ(batches.back().batches().batches(0).frame().last_sequence(), 3u);
    EXPECT_EQ(batches.back().batches().batches(0).end_offset(), 3u);
  }
}

TEST(SubscribeTest, APositionOfAnotherLogIsAGap) {
  Fixture fixture;
  fixture.Publish(MakeFrame(1, {{"k", "하나"}}));
  const v1::Assigned assigned = fixture.Join();
  fixture.StartAt(assigned, fixture.partition, "00000000000000000000000000000000", 1);
  const v1::Gap gap = fixture.subscriber->Take().gap();
  EXPECT_EQ(gap.reason(), v1::GAP_REASON_LOG_REPLACED);
  EXPECT_EQ(gap.log_id(), fixture.log_id());
  // It stands still until an operator accepts.
  fixture.Publish(MakeFrame(2, {{"k", "둘"}}));
  EXPECT_TRUE(fixture.subscriber->received.empty());
  fixture.StartAt(assigned, fixture.partition, "00000000000000000000000000000000", 1,
                  /*accept_gap=*/true);
  EXPECT_EQ(fixture.subscriber->Take().batches().batches(0).base_offset(), 0u);
}

TEST(SubscribeTest, ATopicRecreatedUnderASubscriberIsRevokedAssignedAndAGap) {
  Fixture fixture;
  fixture.Publish(MakeFrame(1, {{"k", "하나"}}));
  v1::Assigned assigned = fixture.Join();
  const std::string old = fixture.log_id();
  fixture.StartAt(assigned, fixture.partition, old, 0);
  EXPECT_TRUE(fixture.subscriber->Take().has_batches());
  ASSERT_TRUE(fixture.harness.Run(fixture.harness.log->DeleteTopic(kTopic, old)).ok());
  fixture.harness.Settle();
  const auto revokes = fixture.subscriber->TakeAll(Response::kRevoke);
  ASSERT_EQ(revokes.size(), 1u);
  EXPECT_EQ(revokes[0].revoke().partitions_size(), 8);
  fixture.subscriber->Send(BrokerHarness::ReleasedRequest(revokes[0].revoke().generation()));
  fixture.publisher = fixture.harness.OpenPublisher();
  const auto again = fixture.subscriber->TakeAll(Response::kAssigned);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_NE(again[0].assigned().partitions(0).log_id(), old);
  fixture.StartAt(again[0].assigned(), fixture.partition, old, 1);
  EXPECT_EQ(fixture.subscriber->Take().gap().reason(), v1::GAP_REASON_LOG_REPLACED);
}

TEST(SubscribeTest, APositionPastTheEndIsAGap) {
  Fixture fixture;
  fixture.Publish(MakeFrame(1, {{"k", "하나"}}));
  const v1::Assigned assigned = fixture.Join();
  fixture.StartAt(assigned, fixture.partition, fixture.log_id(), 2);
  const v1::Gap gap = fixture.subscriber->Take().gap();
  EXPECT_EQ(gap.reason(), v1::GAP_REASON_PAST_END);
  EXPECT_EQ(gap.offset(), 2u);
  EXPECT_EQ(gap.end(), 1u);
}

TEST(SubscribeTest, TheBeginningOfATruncatedTopicIsAGapUntilAccepted) {
  Fixture fixture;
  ASSERT_TRUE(
      fixture.harness.Run(fixture.harness.log->SetRetention(kTopic, {.max_bytes = 1})).ok());
  for (uint64_t sequence = 1; sequence <= 5; ++sequence)
    fixture.Publish(MakeFrame(sequence, {{"k", "값"}}));
  ASSERT_TRUE(fixture.harness.Run(fixture.harness.log->Clean()).ok());
  const v1::Assigned assigned = fixture.Join();
  fixture.subscriber->Send(BrokerHarness::StartRequest(assigned));
  fixture.harness.Settle();
  const auto gaps = fixture.subscriber->TakeAll(Response::kGap);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].gap().reason(), v1::GAP_REASON_TRUNCATED);
  EXPECT_EQ(gaps[0].gap().earliest(), 4u);
  fixture.subscriber->Send(BrokerHarness::StartRequest(assigned, /*accept_gap=*/true));
  fixture.harness.Settle();
  EXPECT_EQ(
      fixture.subscriber->TakeAll(Response::kBatches).at(0).batches().batches(0).base_offset(), 4u);
}

TEST(SubscribeTest, DamageIsAGapAndAcceptedDamageIsPassedOver) {
  Fixture fixture({.tail_cache_bytes = 0});
  for (uint64_t sequence = 1; sequence <= 5; ++sequence)
    fixture.Publish(MakeFrame(sequence, {{"k", "값"}}));
  const uint32_t log = fixture.harness.log->Find(kTopic)->log;
  fixture.harness.engine->Damage(FrameKey(log, fixture.partition, 2), std::string("쓰레기"));
  const v1::Assigned assigned = fixture.Join();
  fixture.StartAt(assigned, fixture.partition, fixture.log_id(), 0);
  EXPECT_EQ(fixture.subscriber->Take().batches().batches(0).frame().count(), 2u);
  const v1::Gap gap = fixture.subscriber->Take().gap();
  EXPECT_EQ(gap.reason(), v1::GAP_REASON_DAMAGED);
  EXPECT_EQ(gap.offset(), 2u);
  EXPECT_EQ(gap.earliest(), 3u);
  fixture.StartAt(assigned, fixture.partition, fixture.log_id(), 2, /*accept_gap=*/true);
  EXPECT_EQ(fixture.subscriber->Take().batches().batches(0).base_offset(), 3u);
}

TEST(SubscribeTest, CreditIsAbsoluteAndMayShrink) {
  Fixture fixture;
  fixture.subscriber = fixture.harness.Subscriber();
  v1::SubscribeRequest join = BrokerHarness::JoinRequest("a");
  join.mutable_join()->mutable_credit()->set_records(3);
  fixture.subscriber->Send(join);
  fixture.harness.Settle();
  fixture.subscriber->Send(BrokerHarness::StartRequest(
      fixture.subscriber->TakeAll(Response::kAssigned).at(0).assigned()));
  fixture.Publish(MakeFrame(1, std::vector<KeyValue>(10, {"k", "값"})));
  const auto delivered = [&] {
    fixture.harness.Settle();
    uint64_t records = 0;
    for (const auto& batch : fixture.subscriber->TakeAll(Response::kBatches))
      records += batch.batches().batches(0).frame().count();
    return records;
  };
  EXPECT_EQ(delivered(), 3u);
  fixture.subscriber->Send(BrokerHarness::CreditRequest(5));
  EXPECT_EQ(delivered(), 2u);
  fixture.subscriber->Send(BrokerHarness::CreditRequest(4));
  EXPECT_EQ(delivered(), 0u);
  fixture.subscriber->Send(BrokerHarness::CreditRequest(6));
  EXPECT_EQ(delivered(), 1u);
  // Bytes too; a record is never cut.
  fixture.subscriber->Send(BrokerHarness::CreditRequest(100, 0));
  EXPECT_EQ(delivered(), 0u);
  fixture.subscriber->Send(BrokerHarness::CreditRequest(100, 1 << 20));
  EXPECT_EQ(delivered(), 4u);
}

TEST(SubscribeTest, AConsumerThatNeverReadsCostsOneBatchAndOthersGoOn) {
  BrokerHarness harness;
  const auto publisher = harness.OpenPublisher();
  // It joins, starts everything and grants endless credit, but takes nothing from the stream.
  const auto stuck = harness.Subscriber(kReader, /*reads=*/false);
  stuck->Send(BrokerHarness::JoinRequest("stuck", "datecourse-viewpage/stuck"));
  harness.Settle();
  v1::Assigned all;
  all.set_generation((uint64_t{harness.log->incarnation()} << 32) + 1);
  for (uint32_t i = 0; i < events::kPartitions; ++i) {
    all.add_partitions()->set_topic(kTopic);
    all.mutable_partitions(static_cast<int>(i))->set_partition(i);
  }
  stuck->Send(BrokerHarness::StartRequest(all));
  const auto other = harness.Subscriber();
  other->Send(BrokerHarness::JoinRequest("a"));
  harness.Settle();
  other->Send(BrokerHarness::StartRequest(other->TakeAll(Response::kAssigned).at(0).assigned()));
  uint64_t received = 0;
  for (uint64_t sequence = 1; sequence <= 50; ++sequence) {
    publisher->Send(
        BrokerHarness::FrameRequest(MakeFrame(sequence, {{"k", std::string(100 << 10, 'v')}})));
    harness.Settle();
    for (const auto& batch : other->TakeAll(Response::kBatches))
      received += batch.batches().batches(0).frame().count();
  }
  EXPECT_EQ(received, 50u);
  EXPECT_FALSE(stuck->ended.has_value());
  EXPECT_EQ(publisher->TakeAll(v1::PublishResponse::kAck).back().ack().sequence(), 50u);
}

TEST(SubscribeTest, SubscribersGoOnWhileTheDiskIsFull) {
  Fixture fixture({.tail_cache_bytes = 0});
  fixture.Publish(MakeFrame(1, {{"k", "하나"}}));
  const v1::Assigned assigned = fixture.Join();
  fixture.harness.engine->SetDiskFull(true);
  fixture.StartAt(assigned, fixture.partition, fixture.log_id(), 0);
  EXPECT_TRUE(fixture.subscriber->Take().has_batches());
}

TEST(SubscribeTest, DrainIsSaidAndLeaveEndsTheStreamWithOk) {
  Fixture fixture;
  fixture.Join();
  async::Scope scope;
  scope.Spawn(fixture.harness.service->Drain(fixture.harness.executor.Now() + absl::Seconds(10)));
  fixture.harness.Settle();
  EXPECT_TRUE(fixture.subscriber->Take().has_drain());
  v1::SubscribeRequest leave;
  leave.mutable_leave();
  fixture.subscriber->Send(leave);
  fixture.publisher->HalfClose();
  fixture.harness.Settle();
  EXPECT_TRUE(fixture.subscriber->ended->ok());
  EXPECT_EQ(scope.size(), 0u);
}

TEST(SubscribeTest, PartitionsTakeTurns) {
  Fixture fixture({.tail_cache_bytes = 0});
  // One partition with very much, seven with little.
  for (uint64_t sequence = 1; sequence <= 20; ++sequence) {
    fixture.Publish(MakeFrame(sequence, {{"k", std::string(200 << 10, 'v')}}));
  }
  fixture.Publish(NumberedFrame(21, 100));
  const v1::Assigned assigned = fixture.Join();
  // The large one is started last: were it put in front of the queue, it would stay there.
  v1::SubscribeRequest request = BrokerHarness::StartRequest(assigned);
  auto& starts = *request.mutable_start()->mutable_partitions();
  starts.SwapElements(static_cast<int>(fixture.partition), starts.size() - 1);
  fixture.subscriber->Send(request);
  fixture.harness.Settle();
  std::vector<uint32_t> order;
  for (const auto& batch : fixture.subscriber->TakeAll(Response::kBatches))
    order.push_back(batch.batches().batches(0).partition());
  const std::set<uint32_t> all(order.begin(), order.end());
  ASSERT_GT(order.size(), all.size());
  // Each has had its turn before one has its second.
  const std::set<uint32_t> first(order.begin(),
                                 order.begin() + static_cast<std::ptrdiff_t>(all.size()));
  EXPECT_EQ(first, all);
}

}  // namespace
}  // namespace maru::broker
