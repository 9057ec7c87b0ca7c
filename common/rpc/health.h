// grpc.health.v1.Health (https://github.com/grpc/grpc/blob/master/doc/health-checking.md) as a service of our dispatch.
#ifndef MARU_COMMON_RPC_HEALTH_H_
#define MARU_COMMON_RPC_HEALTH_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/rpc/service.h"
#include "grpc/health/v1/health.pb.h"

namespace maru::rpc {

// One status for the process and all of its services: a context serves as a whole or not at all. Open to anybody.
// Executor's thread only.
class HealthService final : public Service {
 public:
  // NOT_SERVING at first. `executor` outlives the service.
  explicit HealthService(async::Executor& executor);

  // The services that there are, beside "" for the process; others are unknown. Before the server starts.
  void SetServices(std::vector<std::string> names) { services_ = std::move(names); }
  void SetServing(bool serving);
  bool serving() const { return serving_; }
  // NOT_SERVING from now on: watchers hear it and their streams end, so that they do not keep the server from stopping.
  void Shutdown();

  std::string_view full_name() const override { return "grpc.health.v1.Health"; }
  std::span<const std::unique_ptr<BoundMethod>> methods() const override { return methods_; }

 private:
  using Request = grpc::health::v1::HealthCheckRequest;
  using Response = grpc::health::v1::HealthCheckResponse;

  // NOT_FOUND: no such service.
  async::Task<absl::StatusOr<Response>> Check(const CallContext& call, const Request& request);
  // SERVICE_UNKNOWN is told as a status, as the protocol wants. UNAVAILABLE/NOT_SERVING when the process stops.
  async::Task<absl::Status> Watch(const CallContext& call, const Request& request, StreamWriter<Response>& writer);
  Response::ServingStatus StatusOf(std::string_view service) const;

  std::vector<std::string> services_;
  bool serving_ = false;
  bool stopping_ = false;
  async::Signal changed_;
  std::vector<std::unique_ptr<BoundMethod>> methods_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_HEALTH_H_
