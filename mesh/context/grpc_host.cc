#include "mesh/context/grpc_host.h"

#include "common/base/status.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/grpc/server.h"
#include "common/service/process_metrics.h"

namespace maru::mesh {

absl::StatusOr<std::unique_ptr<store::Backend>> GrpcHost::OpenBackend(
    store::RocksDbOptions options) {
  return store::OpenRocksDb(std::move(options), loop_);
}

std::unique_ptr<rpc::Channel> GrpcHost::OpenChannel(const std::string& target) {
  rpc::GrpcChannelOptions options;
  options.target = target;
  return rpc::OpenGrpcChannel(loop_, options);
}

absl::StatusOr<std::unique_ptr<rpc::Server>> GrpcHost::Listen(const std::string& address,
                                                              size_t max_calls,
                                                              rpc::InboundHandler& handler) {
  rpc::GrpcServerOptions options;
  options.address = address;
  options.max_calls = max_calls;
  return rpc::StartGrpcServer(loop_, handler, options);
}

absl::StatusOr<int> GrpcHost::ShowMetrics(
    const std::string& address, std::vector<std::shared_ptr<prometheus::Collectable>> sources) {
  sources.push_back(std::make_shared<service::ProcessMetrics>());
  ASSIGN_OR_RETURN(metrics_, service::MetricsServer::Start(address, std::move(sources)));
  return metrics_->port();
}

}  // namespace maru::mesh
