// Goal: whatever clients say on Publish and Subscribe streams, in any order, the log stays what its
// contract says, and subscribers get it as it is.
//
// Strategy: the input is a sequence of steps as text (testing/streams.proto) of four clients, each
// a publisher or a subscriber, honest or not, against sessions, groups and the log on a backend in
// memory, under virtual time; connections break, and the broker restarts.
//
// Invariants, after each step, against a model of what was sent and what was stored before:
//   - the records of a topic are the sequences 1 to its mark, each once, ascending in a partition;
//   - each of them was sent like this; what was stored stays, through restarts too;
//   - acks never go back and never beyond the mark (they are cumulative and durable);
//   - a subscriber gets the records of the log, each partition on from where it was started,
//     contiguously, and no batch beyond its credit;
//   - a stream that ends with an error says why, by a reason; a fault of ours is none.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/fuzz/proto_mutator.h"
#include "google/protobuf/stubs/logging.h"
#include "mesh/broker/testing/broker_harness.h"
#include "mesh/broker/testing/streams.pb.h"

namespace maru::broker {
namespace {

constexpr size_t kStreams = 4;
constexpr int kMaxSteps = 64;

using Sent = std::tuple<uint64_t, std::string, std::string>;
using Place = std::pair<std::string, uint32_t>;
// Records of a partition from offset 0 on.
using Stored = std::vector<Sent>;

Sent SentOf(const v1::Record& record) { return {record.sequence(), record.key(), record.value()}; }

struct PublisherClient {
  std::unique_ptr<RawPublisher> stream;
  std::string topic;
  uint64_t acked = 0;
};

struct SubscriberClient {
  std::unique_ptr<RawSubscriber> stream;
  v1::Assigned assigned;
  uint64_t revoked = 0;
  // The most that was ever granted, and what came.
  uint64_t credit = 0;
  uint64_t received = 0;
  // Where each partition goes on; a Start begins anew.
  std::map<Place, uint64_t> next;
};

using Client = std::variant<std::monostate, PublisherClient, SubscriberClient>;

class Model {
 public:
  void Run(const testing::Step& step) {
    Do(step, clients_[step.stream() % kStreams]);
    harness_.Settle();
    CheckLog();
    for (Client& client : clients_) {
      if (auto* publisher = std::get_if<PublisherClient>(&client)) Check(*publisher);
      if (auto* subscriber = std::get_if<SubscriberClient>(&client)) Check(*subscriber);
    }
  }

 private:
  void Do(const testing::Step& step, Client& client) {
    switch (step.what_case()) {
      case testing::Step::kPublisher:
        client = PublisherClient{harness_.Publisher(step.publisher()), {}, 0};
        break;
      case testing::Step::kSubscriber:
        client = std::monostate();
        client.emplace<SubscriberClient>().stream = harness_.Subscriber(step.subscriber());
        break;
      case testing::Step::kClose:
        client = std::monostate();
        break;
      case testing::Step::kAdvanceMs:
        harness_.executor.Advance(absl::Milliseconds(step.advance_ms() % 60'000));
        break;
      case testing::Step::kRestart:
        for (Client& any : clients_) any = std::monostate();
        harness_.Restart();
        break;
      default:
        if (auto* publisher = std::get_if<PublisherClient>(&client)) Say(step, *publisher);
        if (auto* subscriber = std::get_if<SubscriberClient>(&client)) Say(step, *subscriber);
    }
  }

  void Say(const testing::Step& step, PublisherClient& client) {
    if (step.has_half_close()) client.stream->HalfClose();
    if (step.has_publish()) {
      if (step.publish().has_open() && client.topic.empty())
        client.topic = step.publish().open().topic();
      if (step.publish().has_frame()) Remember(client.topic, step.publish().frame());
      client.stream->Send(step.publish());
    }
    if (!step.has_records()) return;
    const Topic* topic = harness_.log->Find(client.topic);
    const uint64_t mark = topic == nullptr ? 0 : topic->mark;
    std::vector<KeyValue> records;
    for (const v1::Record& record : step.records().records()) {
      records.push_back({record.key(), record.value()});
    }
    v1::Frame frame =
        MakeFrame(mark + 1 + static_cast<uint64_t>(int64_t{step.records().offset()}), records);
    Remember(client.topic, frame);
    client.stream->Send(BrokerHarness::FrameRequest(std::move(frame)));
  }

  void Say(const testing::Step& step, SubscriberClient& client) {
    if (step.has_half_close()) client.stream->HalfClose();
    if (step.has_start()) Send(BrokerHarness::StartRequest(client.assigned), client);
    if (step.has_release()) Send(BrokerHarness::ReleasedRequest(client.revoked), client);
    if (step.has_subscribe()) Send(step.subscribe(), client);
  }

  static void Send(const v1::SubscribeRequest& request, SubscriberClient& client) {
    const v1::Credit& credit = request.has_join() ? request.join().credit() : request.credit();
    client.credit = std::max(client.credit, credit.records());
    for (const v1::PartitionStart& start : request.start().partitions())
      client.next.erase({start.topic(), start.partition()});
    client.stream->Send(request);
  }

  void Remember(const std::string& topic, const v1::Frame& frame) {
    v1::RecordSet set;
    if (!set.ParseFromString(frame.records())) return;
    for (const v1::Record& record : set.records()) sent_[topic].insert(SentOf(record));
  }

  void CheckLog() {
    for (const auto& [name, topic] : harness_.log->topics()) {
      std::set<uint64_t> sequences;
      for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
        Stored& before = stored_[{name, partition}];
        Stored now;
        for (const v1::Record& record : harness_.ReadAll(name, partition)) {
          MARU_CHECK(now.empty() || std::get<0>(now.back()) < record.sequence());
          MARU_CHECK(sent_[name].contains(SentOf(record)));
          MARU_CHECK(sequences.insert(record.sequence()).second);
          now.push_back(SentOf(record));
        }
        MARU_CHECK(now.size() >= before.size());
        MARU_CHECK(std::equal(before.begin(), before.end(), now.begin()));
        before = std::move(now);
      }
      MARU_CHECK(sequences.size() == topic.mark);
      MARU_CHECK(sequences.empty() ||
                 (*sequences.begin() == 1 && *sequences.rbegin() == topic.mark));
    }
  }

  static void CheckEnd(const std::optional<absl::Status>& ended) {
    if (!ended.has_value() || ended->ok()) return;
    const bool decoded = ended->code() == absl::StatusCode::kInvalidArgument;
    MARU_CHECK(decoded || !rpc::ReasonOf(*ended).empty());
    MARU_CHECK(ended->code() != absl::StatusCode::kInternal &&
               ended->code() != absl::StatusCode::kDataLoss);
  }

  void Check(PublisherClient& client) {
    for (const v1::PublishResponse& response : std::exchange(client.stream->received, {})) {
      uint64_t mark = client.acked;
      if (response.has_opened()) mark = response.opened().mark();
      if (response.has_ack()) mark = response.ack().sequence();
      MARU_CHECK(mark >= client.acked);
      client.acked = mark;
      if (mark > 0) MARU_CHECK(mark <= harness_.log->Find(client.topic)->mark);
    }
    CheckEnd(client.stream->ended);
  }

  void Check(SubscriberClient& client) {
    for (const v1::SubscribeResponse& response : std::exchange(client.stream->received, {})) {
      if (response.has_assigned()) {
        client.assigned = response.assigned();
        for (const v1::AssignedPartition& partition : response.assigned().partitions())
          client.next.erase({partition.topic(), partition.partition()});
      }
      if (response.has_revoke()) client.revoked = response.revoke().generation();
      for (const v1::Batch& batch : response.batches().batches()) CheckBatch(batch, client);
    }
    CheckEnd(client.stream->ended);
  }

  void CheckBatch(const v1::Batch& batch, SubscriberClient& client) {
    const Place place(batch.topic(), batch.partition());
    const Stored& stored = stored_[place];
    v1::RecordSet set;
    MARU_CHECK(set.ParseFromString(batch.frame().records()));
    const auto count = static_cast<size_t>(set.records_size());
    MARU_CHECK(count > 0 && count == batch.frame().count());
    MARU_CHECK(client.received < client.credit);
    client.received += count;
    MARU_CHECK(batch.base_offset() + count <= stored.size());
    for (size_t i = 0; i < count; ++i) {
      MARU_CHECK(SentOf(set.records(static_cast<int>(i))) == stored[batch.base_offset() + i]);
    }
    const auto next = client.next.find(place);
    if (next != client.next.end()) MARU_CHECK(next->second == batch.base_offset());
    client.next[place] = batch.base_offset() + count;
  }

  BrokerHarness harness_;
  std::array<Client, kStreams> clients_;
  std::map<std::string, std::set<Sent>> sent_;
  std::map<Place, Stored> stored_;
};

}  // namespace
}  // namespace maru::broker

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  maru::broker::testing::Streams streams;
  return maru::fuzz::MutateText(data, size, max_size, seed, streams);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data_a, size_t size_a,
                                            const uint8_t* data_b, size_t size_b, uint8_t* out,
                                            size_t max_size, unsigned seed) {
  maru::broker::testing::Streams a;
  maru::broker::testing::Streams b;
  return maru::fuzz::CrossOverText(data_a, size_a, data_b, size_b, out, max_size, seed, a, b);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  [[maybe_unused]] static const auto logged = google::protobuf::SetLogHandler(nullptr);
  maru::broker::testing::Streams streams;
  if (!maru::fuzz::ParseText(data, size, streams) || streams.steps_size() > maru::broker::kMaxSteps)
    return 0;
  maru::broker::Model model;
  for (const maru::broker::testing::Step& step : streams.steps()) model.Run(step);
  return 0;
}
