// Goal: the protocol holds over the real transport, dispatch and engine, with real threads.
// Method: a broker behind a gRPC server over RocksDB, a client on a loop of its own.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/when_all.h"
#include "common/rpc/grpc/channel.h"
#include "gtest/gtest.h"
#include "maru/broker/v1/admin.maru.h"
#include "mesh/broker/client/bus.h"
#include "mesh/broker/log/log_testing.h"
#include "mesh/broker/testing/grpc_broker.h"

namespace maru::broker {
namespace {

constexpr char kTopic[] = "datecourse.schedule";

class BrokerGrpcTest : public testing::Test {
 protected:
  BrokerGrpcTest()
      : folder_(testing::TempDir() + "/broker_grpc_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    StartBroker();
  }
  ~BrokerGrpcTest() override {
    loop_.RunHere([this] { Disconnect(); });
    broker_.reset();
    std::filesystem::remove_all(folder_);
  }

  void StartBroker() {
    broker_ = std::make_unique<GrpcBroker>(folder_);
    loop_.RunHere([this] {
      channel_ =
          rpc::OpenGrpcChannel(loop_, {.target = "127.0.0.1:" + std::to_string(broker_->port())});
    });
  }
  void Restart() {
    loop_.RunHere([this] { Disconnect(); });
    broker_.reset();
    StartBroker();
  }
  void Disconnect() {
    buses_.clear();
    channel_.reset();
  }
  BrokerBus& BusOf(const std::string& subject) {
    ClientOptions options;
    options.authorization = [subject] { return "Bearer " + subject; };
    return *buses_.emplace_back(
        std::make_unique<BrokerBus>(loop_, random_, *channel_, std::move(options)));
  }

  async::Task<absl::Status> Publish(uint64_t last) {
    const auto publisher = BusOf("datecourse-schedule").NewPublisher(kTopic, 1);
    CO_ASSIGN_OR_RETURN(uint64_t mark, co_await publisher->Open());
    for (uint64_t next = mark + 1; next <= last; ++next) {
      std::vector<events::Record> records{
          {next, "열쇠-" + std::to_string(next % 13), "코스-" + std::to_string(next)}};
      CO_RETURN_IF_ERROR(co_await publisher->Send(std::move(records)));
    }
    while (mark < last) {
      CO_ASSIGN_OR_RETURN(mark, co_await publisher->Acked(mark));
    }
    co_return absl::OkStatus();
  }

  async::Task<absl::Status> OpenAs(std::string subject) {
    const auto publisher = BusOf(subject).NewPublisher(kTopic, 1);
    co_return (co_await publisher->Open()).status();
  }

  // Sequence -> value of all that is there until `count` were read.
  async::Task<std::map<uint64_t, std::string>> Consume(size_t count) {
    events::SubscriptionOptions options;
    options.group = "datecourse-viewpage/view";
    options.member = "datecourse-viewpage-1";
    options.store_id = "store-1";
    options.topics = {kTopic};
    const auto subscription = BusOf("datecourse-viewpage").Subscribe(options);
    std::map<uint64_t, std::string> read;
    while (read.size() < count) {
      absl::StatusOr<events::Delivery> next = co_await subscription->Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok()) co_return read;
      if (auto* assigned = std::get_if<events::Assigned>(&*next)) {
        std::vector<events::PartitionStart> starts;
        for (const auto& partition : assigned->partitions) {
          starts.push_back(
              {partition.topic, partition.partition, events::StartFrom::kEarliest, {}, false});
        }
        subscription->Start(assigned->generation, std::move(starts));
      } else if (auto* batch = std::get_if<events::Batch>(&*next)) {
        for (const events::Record& record : batch->records) {
          EXPECT_TRUE(read.emplace(record.sequence, record.value).second);
        }
        const uint64_t done = batch->base_offset + batch->records.size();
        subscription->Done(batch->topic, batch->partition, done, batch->records.size(), 0);
      }
    }
    co_return read;
  }

  async::Task<rpc::Reply> Admin(const rpc::MethodInfo& method,
                                const google::protobuf::Message& request,
                                std::string subject = "admin") {
    rpc::CallOptions options;
    options.metadata.Add("authorization", "Bearer " + subject);
    options.deadline = loop_.Now() + absl::Seconds(10);
    co_return co_await channel_->Call(method.full_name, request.SerializeAsString(),
                                      std::move(options));
  }

  const std::string folder_;
  OsRandom random_;
  rpc::GrpcLoop loop_;
  std::unique_ptr<GrpcBroker> broker_;
  std::unique_ptr<rpc::Channel> channel_;
  std::vector<std::unique_ptr<BrokerBus>> buses_;
};

TEST_F(BrokerGrpcTest, WhatIsPublishedIsReadOnceAlsoAfterARestart) {
  constexpr uint64_t kCount = 20'000;
  ASSERT_TRUE(loop_.BlockOn(Publish(kCount)).ok());
  for (int start = 0; start < 2; ++start) {
    const auto read = loop_.BlockOn(Consume(kCount));
    ASSERT_EQ(read.size(), kCount);
    for (const auto& [sequence, value] : read) EXPECT_EQ(value, "코스-" + std::to_string(sequence));
    Restart();
  }
  ASSERT_TRUE(loop_.BlockOn(Publish(kCount + 10)).ok());
}

TEST_F(BrokerGrpcTest, RefusalsCarryTheirReasonOverTheWire) {
  const absl::Status stranger = loop_.BlockOn(OpenAs("datecourse-review"));
  EXPECT_EQ(stranger.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(rpc::ReasonOf(stranger), "NOT_TOPIC_OWNER");
}

TEST_F(BrokerGrpcTest, OperatorsSeeTopicsAndGroupsAndNobodyElseDoes) {
  ASSERT_TRUE(loop_.BlockOn(Publish(100)).ok());
  ASSERT_EQ(loop_.BlockOn(Consume(100)).size(), 100u);
  rpc::Reply reply =
      loop_.BlockOn(Admin(v1::BrokerAdminServiceMethods::kListTopics, v1::ListTopicsRequest()));
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  v1::ListTopicsResponse topics;
  ASSERT_TRUE(topics.ParseFromString(reply.message));
  ASSERT_EQ(topics.topics_size(), 1);
  EXPECT_EQ(topics.topics(0).name(), kTopic);
  EXPECT_EQ(topics.topics(0).owner(), "datecourse-schedule");
  EXPECT_EQ(topics.topics(0).mark(), 100u);

  reply = loop_.BlockOn(Admin(v1::BrokerAdminServiceMethods::kListGroups, v1::ListGroupsRequest()));
  v1::ListGroupsResponse groups;
  ASSERT_TRUE(groups.ParseFromString(reply.message));
  ASSERT_EQ(groups.groups_size(), 1);
  EXPECT_EQ(groups.groups(0).store_id(), "store-1");

  v1::GetTopicRequest unknown;
  unknown.set_name("datecourse.nothing");
  reply = loop_.BlockOn(Admin(v1::BrokerAdminServiceMethods::kGetTopic, unknown));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(rpc::ReasonOf(reply.status), "NOT_FOUND");

  reply = loop_.BlockOn(Admin(v1::BrokerAdminServiceMethods::kListTopics, v1::ListTopicsRequest(),
                              "datecourse-schedule"));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(BrokerGrpcTest, VerifyReadsEveryRecord) {
  ASSERT_TRUE(loop_.BlockOn(Publish(5000)).ok());
  const auto verify = [this]() -> async::Task<uint64_t> {
    rpc::CallOptions options;
    options.metadata.Add("authorization", "Bearer admin");
    v1::VerifyTopicRequest request;
    request.set_name(kTopic);
    const auto stream =
        channel_->Open(v1::BrokerAdminServiceMethods::kVerifyTopic.full_name, std::move(options));
    std::string message = request.SerializeAsString();
    EXPECT_TRUE((co_await stream->Write(std::move(message))).ok());
    EXPECT_TRUE((co_await stream->WritesDone()).ok());
    uint64_t records = 0;
    while (true) {
      absl::StatusOr<std::optional<std::string>> read = co_await stream->Read();
      EXPECT_TRUE(read.ok()) << read.status();
      if (!read.ok() || !read->has_value()) break;
      v1::VerifyTopicResponse response;
      EXPECT_TRUE(response.ParseFromString(**read));
      EXPECT_EQ(response.damages_size(), 0);
      records += response.records();
    }
    co_return records;
  };
  EXPECT_EQ(loop_.BlockOn(verify()), 5000u);
}

}  // namespace
}  // namespace maru::broker
