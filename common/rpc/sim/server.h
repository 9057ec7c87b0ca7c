// The server's half of the simulated network.
#ifndef MARU_COMMON_RPC_SIM_SERVER_H_
#define MARU_COMMON_RPC_SIM_SERVER_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/rpc/sim/connection.h"
#include "common/rpc/sim/network.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

// One call as its server sees it.
class SimServerCall final : public ServerStream {
 public:
  SimServerCall(SimServer& server, SimConnectionPtr connection, uint64_t id, SimRequest request);

  void Start();
  void OnData(std::string message);
  void OnHalfClose();
  // The client has read so much.
  void OnRead(size_t bytes);
  // Sends the outcome; nothing follows.
  void End(Reply outcome);

  bool is_stream() const { return is_stream_; }
  bool done() const { return done_; }
  size_t message_bytes() const { return message_.size(); }

  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override;
  async::Task<absl::Status> Write(std::string message) override;
  void AddTrailing(std::string_view key, std::string value) override {
    trailing_.Add(key, std::move(value));
  }

 private:
  async::Task<void> RunUnary();
  async::Task<void> RunStream();
  void Send(std::string_view kind, size_t bytes, absl::AnyInvocable<void(SimClientCall&)> deliver);

  SimServer& server_;
  const SimConnectionPtr connection_;
  const uint64_t id_;
  Inbound inbound_;
  const std::string message_;
  const bool is_stream_;
  const std::shared_ptr<Instant> order_ = std::make_shared<Instant>();
  std::deque<std::string> inbox_;
  bool half_closed_ = false;
  bool done_ = false;
  size_t unread_ = 0;
  Metadata trailing_;
  async::Signal changed_;
  async::Scope frame_;
};

class SimServer final : public Server {
 public:
  SimServer(SimNode& node, std::string address, size_t max_calls, InboundHandler& handler);
  ~SimServer() override;

  int port() const override;
  async::Task<void> Shutdown(Instant until) override;

  SimConnectionPtr Accept(const std::string& client);
  void OnReset(const SimConnectionPtr& connection);
  void OnCall(const SimConnectionPtr& connection, uint64_t id, SimRequest request);
  void OnCancel(const SimConnection& connection, uint64_t id);
  // Null when it is over.
  SimServerCall* Find(const SimConnection& connection, uint64_t id);
  // `call` has ended, perhaps within its own frame.
  void OnEnded(const SimConnection& connection, uint64_t id);

  SimNode& node() { return node_; }
  InboundHandler& handler() { return handler_; }

 private:
  void StopAccepting();
  void CloseConnections();

  SimNode& node_;
  const std::string address_;
  const size_t max_calls_;
  InboundHandler& handler_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();
  bool accepting_ = true;
  std::map<uint64_t, SimConnectionPtr> connections_;
  // By connection and number.
  std::map<std::pair<uint64_t, uint64_t>, std::unique_ptr<SimServerCall>> calls_;
  async::Signal changed_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SIM_SERVER_H_
