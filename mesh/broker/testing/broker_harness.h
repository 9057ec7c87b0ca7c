// For tests: a broker under virtual time with clients of both kinds.
#ifndef MARU_MESH_BROKER_TESTING_BROKER_HARNESS_H_
#define MARU_MESH_BROKER_TESTING_BROKER_HARNESS_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mesh/broker/client/bus.h"
#include "mesh/broker/log/log_testing.h"
#include "mesh/broker/service.h"
#include "mesh/broker/testing/loopback.h"
#include "mesh/broker/testing/raw_stream.h"

namespace maru::broker {

inline constexpr char kTopic[] = "datecourse.schedule";
inline constexpr char kOwner[] = "datecourse-schedule";
inline constexpr char kReader[] = "datecourse-viewpage";
inline constexpr char kGroup[] = "datecourse-viewpage/view";

class BrokerHarness : public LogHarness {
 public:
  explicit BrokerHarness(Log::Options options = {}, ProtocolOptions protocol = {})
      : LogHarness(maru::store::MakeMemoryEngine(), options), protocol_(protocol) {
    StartService();
  }
  ~BrokerHarness() { StopService(); }

  // As after a crash of the process.
  void Restart() {
    StopService();
    Reopen();
    StartService();
  }

  void Settle() { executor.RunUntilIdle(); }

  std::unique_ptr<RawPublisher> Publisher(const std::string& subject = kOwner) {
    return std::make_unique<RawPublisher>(executor, *loopback,
                                          v1::BrokerServiceMethods::kPublish.full_name, subject);
  }
  // One that has sent Open and got Opened.
  std::unique_ptr<RawPublisher> OpenPublisher(const std::string& topic = kTopic,
                                              uint64_t epoch = 1) {
    auto publisher = Publisher(OwnerOf(topic));
    publisher->Send(OpenRequest(topic, epoch));
    Settle();
    opened = publisher->Take().opened();
    return publisher;
  }
  static v1::PublishRequest OpenRequest(const std::string& topic, uint64_t epoch) {
    v1::PublishRequest request;
    request.mutable_open()->set_topic(topic);
    request.mutable_open()->set_epoch(epoch);
    return request;
  }
  static v1::PublishRequest FrameRequest(v1::Frame frame) {
    v1::PublishRequest request;
    *request.mutable_frame() = std::move(frame);
    return request;
  }

  std::unique_ptr<RawSubscriber> Subscriber(const std::string& subject = kReader,
                                            bool reads = true) {
    return std::make_unique<RawSubscriber>(
        executor, *loopback, v1::BrokerServiceMethods::kSubscribe.full_name, subject, reads);
  }
  static v1::SubscribeRequest JoinRequest(const std::string& member,
                                          const std::string& group = kGroup,
                                          const std::string& store_id = "store-1",
                                          const std::vector<std::string>& topics = {kTopic}) {
    v1::SubscribeRequest request;
    v1::Join& join = *request.mutable_join();
    join.set_group(group);
    join.set_member(member);
    join.set_store_id(store_id);
    for (const std::string& topic : topics) join.add_topics(topic);
    join.mutable_credit()->set_records(1'000'000);
    join.mutable_credit()->set_bytes(1 << 30);
    return request;
  }
  static v1::SubscribeRequest CreditRequest(uint64_t records, uint64_t bytes = 1 << 30) {
    v1::SubscribeRequest request;
    request.mutable_credit()->set_records(records);
    request.mutable_credit()->set_bytes(bytes);
    return request;
  }
  static v1::SubscribeRequest ReleasedRequest(uint64_t generation) {
    v1::SubscribeRequest request;
    request.mutable_released()->set_generation(generation);
    return request;
  }
  static v1::SubscribeRequest HeartbeatRequest() {
    v1::SubscribeRequest request;
    request.mutable_heartbeat();
    return request;
  }
  // Starts all of an assignment at the beginning.
  static v1::SubscribeRequest StartRequest(const v1::Assigned& assigned, bool accept_gap = false) {
    v1::SubscribeRequest request;
    request.mutable_start()->set_generation(assigned.generation());
    for (const v1::AssignedPartition& partition : assigned.partitions()) {
      v1::PartitionStart& start = *request.mutable_start()->add_partitions();
      start.set_topic(partition.topic());
      start.set_partition(partition.partition());
      start.mutable_earliest();
      start.set_accept_gap(accept_gap);
    }
    return request;
  }

  static BrokerBus MakeBus(LogHarness& harness, Loopback& channel, const std::string& subject) {
    ClientOptions options;
    options.authorization = [subject] { return "Bearer " + subject; };
    return BrokerBus(harness.executor, harness.random, channel, std::move(options));
  }

  v1::Opened opened;
  std::unique_ptr<BrokerService> service;
  std::unique_ptr<Loopback> loopback;

 private:
  void StartService() {
    service = std::make_unique<BrokerService>(executor, *log, protocol_);
    if (loopback == nullptr) loopback = std::make_unique<Loopback>(executor);
    loopback->Replace(*service);
  }
  void StopService() {
    loopback->BreakAll();
    executor.RunUntilIdle();
    service.reset();
  }

  const ProtocolOptions protocol_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_TESTING_BROKER_HARNESS_H_
