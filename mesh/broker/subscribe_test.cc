// Goal: every record reaches exactly one member of each group in order, wherever it starts, whoever
// joins, leaves, hangs or never reads; what cannot be served is said. Method: raw streams against a
// broker under virtual time.
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

// A subscriber that answers the protocol as a good client does.
class Reader {
 public:
  Reader(BrokerHarness& harness, std::string member)
      : harness_(harness), member_(std::move(member)), stream_(harness.Subscriber()) {
    stream_->Send(BrokerHarness::JoinRequest(member_));
  }

  // Answers all that has come so far; false when nothing had.
  bool Step() {
    harness_.Settle();
    const bool any = !stream_->received.empty();
    while (!stream_->received.empty()) Answer(stream_->Take());
    harness_.Settle();
    return any;
  }
  void Leave() {
    v1::SubscribeRequest request;
    request.mutable_leave();
    stream_->Send(request);
    harness_.Settle();
  }
  void Heartbeat() { stream_->Send(BrokerHarness::HeartbeatRequest()); }

  // Partition -> next offset, kept by the group's store.
  static inline std::map<uint32_t, uint64_t>* positions = nullptr;

  std::set<uint32_t> owned;
  std::map<uint32_t, std::vector<uint64_t>> read;
  std::vector<v1::Gap> gaps;
  bool answers_revoke = true;
  RawSubscriber& stream() { return *stream_; }

 private:
  void Answer(const Response& response) {
    if (response.has_assigned()) Start(response.assigned());
    if (response.has_batches()) {
      const v1::Batch& batch = response.batches().batches(0);
      EXPECT_TRUE(owned.contains(batch.partition()));
      EXPECT_EQ(batch.base_offset(), (*positions)[batch.partition()]);
      EXPECT_EQ(Crc32c(batch.frame().records()), batch.frame().crc32c());
      for (const v1::Record& record : RecordsOf(batch.frame().records())) {
        read[batch.partition()].push_back(record.sequence());
      }
      (*positions)[batch.partition()] = batch.base_offset() + batch.frame().count();
    }
    if (response.has_gap()) gaps.push_back(response.gap());
    if (response.has_revoke() && answers_revoke) {
      for (const auto& partition : response.revoke().partitions())
        owned.erase(partition.partition());
      stream_->Send(BrokerHarness::ReleasedRequest(response.revoke().generation()));
    }
  }

  void Start(const v1::Assigned& assigned) {
    EXPECT_GT(assigned.generation(), generation_);
    generation_ = assigned.generation();
    v1::SubscribeRequest request = BrokerHarness::StartRequest(assigned);
    for (v1::PartitionStart& start : *request.mutable_start()->mutable_partitions()) {
      EXPECT_TRUE(owned.insert(start.partition()).second);
      start.mutable_position()->set_offset((*positions)[start.partition()]);
      start.mutable_position()->set_log_id(harness_.log->Find(kTopic)->log_id);
    }
    stream_->Send(request);
  }

  BrokerHarness& harness_;
  const std::string member_;
  uint64_t generation_ = 0;
  std::unique_ptr<RawSubscriber> stream_;
};

class GroupTest : public testing::Test {
 protected:
  GroupTest() { Reader::positions = &positions_; }

  // Until nobody has anything to do.
  void StepAll(std::vector<Reader*> readers) {
    for (int round = 0; round < 100; ++round) {
      bool any = false;
      for (Reader* reader : readers) any |= reader->Step();
      if (!any) return;
    }
    ADD_FAILURE() << "no rest";
  }
  void Publish(RawPublisher& publisher, uint64_t count) {
    publisher.Send(BrokerHarness::FrameRequest(NumberedFrame(next_, count)));
    next_ += count;
    harness_.Settle();
  }
  // Every record was read exactly once, by anybody, in order within its partition.
  void ExpectAllRead(const std::vector<const Reader*>& readers) {
    std::set<uint64_t> all;
    for (const Reader* reader : readers) {
      for (const auto& [partition, sequences] : reader->read) {
        EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end()));
        for (uint64_t sequence : sequences) EXPECT_TRUE(all.insert(sequence).second) << sequence;
      }
    }
    EXPECT_EQ(all.size(), next_ - 1);
  }

  BrokerHarness harness_;
  std::map<uint32_t, uint64_t> positions_;
  uint64_t next_ = 1;
};

TEST_F(GroupTest, ThreeMembersJoinAndLeaveAndEveryRecordIsReadOnce) {
  const auto publisher = harness_.OpenPublisher();
  Reader a(harness_, "a");
  Publish(*publisher, 100);
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 8u);
  Reader b(harness_, "b");
  StepAll({&a, &b});
  EXPECT_EQ(a.owned.size(), 4u);
  EXPECT_EQ(b.owned.size(), 4u);
  Publish(*publisher, 100);
  Reader c(harness_, "c");
  StepAll({&a, &b, &c});
  EXPECT_EQ(a.owned.size() + b.owned.size() + c.owned.size(), 8u);
  EXPECT_GE(c.owned.size(), 2u);
  Publish(*publisher, 100);
  StepAll({&a, &b, &c});
  const std::set<uint32_t> before = b.owned;
  a.Leave();
  StepAll({&b, &c});
  // Sticky: who stays keeps what it had.
  EXPECT_TRUE(std::includes(b.owned.begin(), b.owned.end(), before.begin(), before.end()));
  EXPECT_EQ(b.owned.size() + c.owned.size(), 8u);
  Publish(*publisher, 100);
  StepAll({&b, &c});
  ExpectAllRead({&a, &b, &c});
  EXPECT_TRUE(a.stream().ended->ok());
}

TEST_F(GroupTest, AMemberThatHangsIsExpelledAndItsPartitionsMove) {
  const auto publisher = harness_.OpenPublisher();
  Reader a(harness_, "a");
  Reader b(harness_, "b");
  StepAll({&a, &b});
  ASSERT_EQ(a.owned.size(), 4u);
  // `a` says nothing any more.
  for (int second = 0; second < 16; ++second) {
    b.Heartbeat();
    publisher->Send({});
    harness_.executor.Advance(absl::Seconds(1));
  }
  StepAll({&b});
  EXPECT_EQ(b.owned.size(), 8u);
  ASSERT_TRUE(a.stream().ended.has_value());
  EXPECT_EQ(ReasonOf(*a.stream().ended), "SESSION_EXPIRED");
}

TEST_F(GroupTest, AMemberThatDoesNotReleaseIsExpelledThoughItIsAlive) {
  const auto publisher = harness_.OpenPublisher();
  Reader a(harness_, "a");
  StepAll({&a});
  a.answers_revoke = false;
  Reader b(harness_, "b");
  StepAll({&a, &b});
  EXPECT_EQ(b.owned.size(), 0u);
  for (int second = 0; second < 16; ++second) {
    a.Heartbeat();
    b.Heartbeat();
    harness_.executor.Advance(absl::Seconds(1));
  }
  StepAll({&b});
  EXPECT_EQ(b.owned.size(), 8u);
  EXPECT_EQ(ReasonOf(*a.stream().ended), "SESSION_EXPIRED");
}

TEST_F(GroupTest, ALostConnectionFreesThePartitionsAtOnce) {
  const auto publisher = harness_.OpenPublisher();
  auto a = std::make_unique<Reader>(harness_, "a");
  Reader b(harness_, "b");
  StepAll({a.get(), &b});
  a.reset();
  StepAll({&b});
  EXPECT_EQ(b.owned.size(), 8u);
}

TEST_F(GroupTest, TheSameMemberReplacesItsOlderStream) {
  const auto publisher = harness_.OpenPublisher();
  Reader a(harness_, "a");
  StepAll({&a});
  Reader again(harness_, "a");
  StepAll({&again});
  EXPECT_EQ(again.owned.size(), 8u);
  EXPECT_EQ(a.stream().ended->code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(*a.stream().ended), "MEMBER_REPLACED");
}

TEST_F(GroupTest, GenerationsGrowAcrossRestarts) {
  auto subscriber = harness_.Subscriber();
  const auto generation = [&] {
    const auto publisher = harness_.OpenPublisher();
    subscriber = harness_.Subscriber();
    subscriber->Send(BrokerHarness::JoinRequest("a"));
    harness_.Settle();
    return subscriber->TakeAll(Response::kAssigned).at(0).assigned().generation();
  };
  const uint64_t first = generation();
  harness_.Restart();
  EXPECT_GT(generation(), first);
}

TEST_F(GroupTest, ATopicThatIsCreatedLaterIsAssignedThen) {
  Reader a(harness_, "a");
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 0u);
  const auto publisher = harness_.OpenPublisher();
  Publish(*publisher, 10);
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 8u);
  ExpectAllRead({&a});
}

// --- One subscriber ---

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
