// The handlers of the broker's two services over one log. Free of gRPC.
#ifndef MARU_MESH_BROKER_SERVICE_H_
#define MARU_MESH_BROKER_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "maru/broker/v1/admin.maru.h"
#include "maru/broker/v1/broker.maru.h"
#include "mesh/broker/log/log.h"
#include "mesh/broker/protocol/coordinator.h"
#include "mesh/broker/protocol/environment.h"
#include "mesh/broker/protocol/session.h"

namespace maru::broker {

// Publishing and subscribing. Calls end before it is destroyed. Executor's thread only.
class BrokerService final : public v1::BrokerServiceHandler {
 public:
  BrokerService(async::Executor& executor, Log& log, ProtocolOptions options);

  async::Task<absl::Status> Publish(
      const rpc::CallContext& call,
      rpc::BidiStream<v1::PublishRequest, v1::PublishResponse>& stream) override;
  async::Task<absl::Status> Subscribe(
      const rpc::CallContext& call,
      rpc::BidiStream<v1::SubscribeRequest, v1::SubscribeResponse>& stream) override;

  // Asks every stream to finish and refuses new ones (UNAVAILABLE/NOT_SERVING): whoever was asked
  // comes again at once. Completes when none is left or `until` has come.
  async::Task<void> Drain(Instant until);

  Coordinator& coordinator() { return coordinator_; }
  size_t streams() const { return sessions_.size(); }

 private:
  // Makes a session known for as long as it lives.
  class Listed;

  const Environment env_;
  Coordinator coordinator_;
  // In the order of their arrival.
  std::vector<Session*> sessions_;
  bool draining_ = false;
  async::Signal session_gone_;
};

// For operators.
class BrokerAdminService final : public v1::BrokerAdminServiceHandler {
 public:
  // All outlive the service.
  BrokerAdminService(async::Executor& executor, Log& log, Coordinator& coordinator)
      : executor_(executor), log_(log), coordinator_(coordinator) {}

  async::Task<absl::StatusOr<v1::ListTopicsResponse>> ListTopics(
      const rpc::CallContext& call, const v1::ListTopicsRequest& request) override;
  async::Task<absl::StatusOr<v1::Topic>> GetTopic(const rpc::CallContext& call,
                                                  const v1::GetTopicRequest& request) override;
  async::Task<absl::StatusOr<v1::Topic>> CreateTopic(
      const rpc::CallContext& call, const v1::CreateTopicRequest& request) override;
  async::Task<absl::StatusOr<v1::Topic>> SetRetention(
      const rpc::CallContext& call, const v1::SetRetentionRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> DeleteTopic(
      const rpc::CallContext& call, const v1::DeleteTopicRequest& request) override;
  async::Task<absl::StatusOr<v1::ListGroupsResponse>> ListGroups(
      const rpc::CallContext& call, const v1::ListGroupsRequest& request) override;
  async::Task<absl::StatusOr<google::protobuf::Empty>> ResetGroup(
      const rpc::CallContext& call, const v1::ResetGroupRequest& request) override;
  async::Task<absl::Status> TailTopic(const rpc::CallContext& call,
                                      const v1::TailTopicRequest& request,
                                      rpc::StreamWriter<v1::TailTopicResponse>& writer) override;
  async::Task<absl::Status> VerifyTopic(
      const rpc::CallContext& call, const v1::VerifyTopicRequest& request,
      rpc::StreamWriter<v1::VerifyTopicResponse>& writer) override;

 private:
  v1::Group DescribeGroup(const std::string& name, const GroupBinding& binding) const;
  async::Task<absl::StatusOr<v1::VerifyTopicResponse>> VerifyPartition(std::string name,
                                                                       uint32_t partition);

  async::Executor& executor_;
  Log& log_;
  Coordinator& coordinator_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_SERVICE_H_
