// Goal: every record reaches exactly one member of each group in order, whoever joins, leaves or
// hangs. Method: raw streams against a broker under virtual time.
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
  // `positions`: partition -> next offset, kept by the group's store.
  Reader(BrokerHarness& harness, std::map<uint32_t, uint64_t>& positions, std::string member)
      : harness_(harness),
        positions_(positions),
        member_(std::move(member)),
        stream_(harness.Subscriber()) {
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
      EXPECT_EQ(batch.base_offset(), positions_[batch.partition()]);
      EXPECT_EQ(Crc32c(batch.frame().records()), batch.frame().crc32c());
      for (const v1::Record& record : RecordsOf(batch.frame().records())) {
        read[batch.partition()].push_back(record.sequence());
      }
      positions_[batch.partition()] = batch.base_offset() + batch.frame().count();
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
      start.mutable_position()->set_offset(positions_[start.partition()]);
      start.mutable_position()->set_log_id(harness_.log->Find(kTopic)->log_id);
    }
    stream_->Send(request);
  }

  BrokerHarness& harness_;
  std::map<uint32_t, uint64_t>& positions_;
  const std::string member_;
  uint64_t generation_ = 0;
  std::unique_ptr<RawSubscriber> stream_;
};

class GroupTest : public testing::Test {
 protected:
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
  Reader a(harness_, positions_, "a");
  Publish(*publisher, 100);
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 8u);
  Reader b(harness_, positions_, "b");
  StepAll({&a, &b});
  EXPECT_EQ(a.owned.size(), 4u);
  EXPECT_EQ(b.owned.size(), 4u);
  Publish(*publisher, 100);
  Reader c(harness_, positions_, "c");
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
  Reader a(harness_, positions_, "a");
  Reader b(harness_, positions_, "b");
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
  Reader a(harness_, positions_, "a");
  StepAll({&a});
  a.answers_revoke = false;
  Reader b(harness_, positions_, "b");
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
  auto a = std::make_unique<Reader>(harness_, positions_, "a");
  Reader b(harness_, positions_, "b");
  StepAll({a.get(), &b});
  a.reset();
  StepAll({&b});
  EXPECT_EQ(b.owned.size(), 8u);
}

TEST_F(GroupTest, TheSameMemberReplacesItsOlderStream) {
  const auto publisher = harness_.OpenPublisher();
  Reader a(harness_, positions_, "a");
  StepAll({&a});
  Reader again(harness_, positions_, "a");
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
  Reader a(harness_, positions_, "a");
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 0u);
  const auto publisher = harness_.OpenPublisher();
  Publish(*publisher, 10);
  StepAll({&a});
  EXPECT_EQ(a.owned.size(), 8u);
  ExpectAllRead({&a});
}

}  // namespace
}  // namespace maru::broker
