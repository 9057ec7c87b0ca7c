// Health: grpc.health.v1.Health as an ordinary service of the dispatch table.
//
// The packaged gRPC's own health service is a callback service with threads of its own and does not
// know generic methods.
#ifndef MARU_COMMON_RPC_HEALTH_H_
#define MARU_COMMON_RPC_HEALTH_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/rpc/service.h"
#include "grpc/health/v1/health.pb.h"

namespace maru::rpc {

// Executor's thread only. Open to anybody (ROLE_OPEN): probes carry no token.
class Health final : public Service {
 public:
  // `services` are the full names that it answers for, beside "" for the whole process. NOT_SERVING
  // until told otherwise.
  Health(async::Executor& executor, std::vector<std::string> services);

  // One state for the process and all its services: a context serves all of its contract or none of
  // it.
  void SetServing(bool serving);
  bool serving() const { return serving_; }
  // NOT_SERVING for good: watchers hear it and their streams end, so that they do not keep the
  // server from stopping.
  void Shutdown();

  // NOT_FOUND: the service is not served here.
  async::Task<absl::StatusOr<grpc::health::v1::HealthCheckResponse>> Check(
      const CallContext& call, const grpc::health::v1::HealthCheckRequest& request);
  // The state now and after each change, until the caller goes or the process stops
  // (UNAVAILABLE/NOT_SERVING). SERVICE_UNKNOWN for a service that is not served here, as the
  // protocol asks (it may come later elsewhere; here it never does).
  async::Task<absl::Status> Watch(const CallContext& call,
                                  const grpc::health::v1::HealthCheckRequest& request,
                                  StreamWriter<grpc::health::v1::HealthCheckResponse>& writer);

  std::string_view full_name() const override { return "grpc.health.v1.Health"; }
  std::span<const std::unique_ptr<BoundMethod>> methods() const override { return methods_; }

 private:
  bool Knows(std::string_view service) const;
  grpc::health::v1::HealthCheckResponse::ServingStatus StateOf(std::string_view service) const;

  const absl::flat_hash_set<std::string> services_;
  async::Signal changed_;
  bool serving_ = false;
  bool stopping_ = false;
  const std::vector<std::unique_ptr<BoundMethod>> methods_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_HEALTH_H_
