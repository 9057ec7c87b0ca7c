// A broker behind a real gRPC server, for tests and the bench: everything but configuration and
// tokens.
#ifndef MARU_MESH_BROKER_TESTING_GRPC_BROKER_H_
#define MARU_MESH_BROKER_TESTING_GRPC_BROKER_H_

#include <memory>
#include <string>
#include <utility>

#include "common/base/log.h"
#include "common/base/os.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/dispatcher.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/grpc/server.h"
#include "mesh/broker/engine.h"
#include "mesh/broker/service.h"
#include "prometheus/registry.h"

namespace maru::broker {

// The token is the subject.
class TrustingAuthenticator final : public rpc::Authenticator {
 public:
  absl::StatusOr<rpc::Authenticated> Authenticate(std::string_view token) override {
    auto identity = std::make_shared<rpc::Identity>();
    identity->subject = std::string(token);
    identity->roles.Add(identity->subject == "admin" ? options::v1::ROLE_ADMIN
                                                     : options::v1::ROLE_SERVICE);
    return rpc::Authenticated{std::move(identity), absl::InfiniteFuture()};
  }
};

// Serves the log in `folder` on a port of its own.
class GrpcBroker {
 public:
  explicit GrpcBroker(const std::string& folder) {
    maru::store::RocksDbOptions options;
    options.folder = folder;
    auto engine = OpenEngine(std::move(options), loop_);
    MARU_CHECK(engine.ok());
    auto log = Log::Open({}, *std::move(engine), loop_, random_,
                         {std::make_unique<ThreadWorker>(), std::make_unique<ThreadWorker>()});
    MARU_CHECK(log.ok());
    log_ = *std::move(log);
    loop_.RunHere([this] {
      service_ = std::make_unique<BrokerService>(loop_, *log_, ProtocolOptions{});
      dispatcher_ = std::make_unique<rpc::Dispatcher>(
          rpc::DispatcherOptions{.system = "", .domain = "broker"},
          rpc::DispatcherParts{loop_, random_, authenticator_, logger_, registry_, nullptr});
      dispatcher_->Register(*service_);
      admin_ = std::make_unique<BrokerAdminService>(loop_, *log_, service_->coordinator());
      dispatcher_->Register(*admin_);
      auto server = rpc::StartGrpcServer(loop_, *dispatcher_, {.address = "127.0.0.1:0"});
      MARU_CHECK(server.ok());
      server_ = *std::move(server);
    });
  }
  ~GrpcBroker() {
    loop_.RunHere([this] {
      server_.reset();
      dispatcher_.reset();
      admin_.reset();
      service_.reset();
      log_.reset();
    });
  }
  int port() const { return server_->port(); }
  rpc::GrpcLoop& loop() { return loop_; }

 private:
  OsRandom random_;
  rpc::GrpcLoop loop_;
  Logger logger_{2, LogLevel::kWarning, "broker", loop_};
  prometheus::Registry registry_;
  TrustingAuthenticator authenticator_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<BrokerService> service_;
  std::unique_ptr<BrokerAdminService> admin_;
  std::unique_ptr<rpc::Dispatcher> dispatcher_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_TESTING_GRPC_BROKER_H_
