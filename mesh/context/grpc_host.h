// GrpcHost: the host of programs: one gRPC loop, RocksDB, the kernel's randomness, real clocks.
#ifndef MARU_MESH_CONTEXT_GRPC_HOST_H_
#define MARU_MESH_CONTEXT_GRPC_HOST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/os.h"
#include "common/rpc/grpc/loop.h"
#include "common/service/metrics_server.h"
#include "mesh/context/host.h"

namespace maru::mesh {

class GrpcHost : public Host {
 public:
  // Starts the loop's thread. Lines of the log go to `log_fd`, which stays open.
  explicit GrpcHost(int log_fd = 2) : log_fd_(log_fd) {}

  rpc::GrpcLoop& loop() { return loop_; }

  async::Executor& executor() override { return loop_; }
  Random& random() override { return random_; }
  LogSink log() override { return LogToFd(log_fd_); }
  async::Executor* disk_steps() override { return nullptr; }
  absl::StatusOr<std::unique_ptr<store::Backend>> OpenBackend(
      store::RocksDbOptions options) override;
  std::unique_ptr<rpc::KeySource> OpenKeys() override { return std::make_unique<rpc::KeyFiles>(); }
  std::unique_ptr<rpc::Channel> OpenChannel(const std::string& target) override;
  absl::StatusOr<std::unique_ptr<rpc::Server>> Listen(const std::string& address, size_t max_calls,
                                                      rpc::InboundHandler& handler) override;
  // Besides `sources`, what the process itself uses.
  absl::StatusOr<int> ShowMetrics(
      const std::string& address,
      std::vector<std::shared_ptr<prometheus::Collectable>> sources) override;

 private:
  const int log_fd_;
  OsRandom random_;
  rpc::GrpcLoop loop_;
  std::unique_ptr<service::MetricsServer> metrics_;
};

// A server with its host, for whoever is not on the loop's thread: main functions and tests. All
// methods block.
template <class S>
class Hosted {
 public:
  // `start(host)` is an async::Task<absl::StatusOr<std::unique_ptr<S>>>; its errors.
  template <class Start>
  static absl::StatusOr<std::unique_ptr<Hosted>> New(std::unique_ptr<GrpcHost> host,
                                                     const Start& start) {
    std::unique_ptr<Hosted> hosted(new Hosted(std::move(host)));
    absl::StatusOr<std::unique_ptr<S>> server =
        hosted->host_->loop().BlockOn(start(*hosted->host_));
    if (!server.ok()) return server.status();
    hosted->server_ = *std::move(server);
    return hosted;
  }
  ~Hosted() {
    host_->loop().RunHere([this] { server_.reset(); });
  }

  void Shutdown() {
    host_->loop().BlockOn(server_->Shutdown());
    host_->loop().RunHere([this] { server_.reset(); });
  }
  absl::Status failure() {
    absl::Status failure;
    host_->loop().RunHere([&] { failure = server_->failure(); });
    return failure;
  }
  // Until Shutdown.
  S& operator*() { return *server_; }
  S* operator->() { return server_.get(); }

 private:
  explicit Hosted(std::unique_ptr<GrpcHost> host) : host_(std::move(host)) {}

  const std::unique_ptr<GrpcHost> host_;
  std::unique_ptr<S> server_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_GRPC_HOST_H_
