// The client's half of the simulated network.
#ifndef MARU_COMMON_RPC_SIM_CHANNEL_H_
#define MARU_COMMON_RPC_SIM_CHANNEL_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/signal.h"
#include "common/rpc/sim/connection.h"
#include "common/rpc/sim/network.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

// One call as its client sees it. Destroying it cancels the call.
class SimClientCall : public std::enable_shared_from_this<SimClientCall> {
 public:
  SimClientCall(SimNode& node, uint64_t id, SimRequest request, Instant deadline);
  ~SimClientCall();

  bool over() const { return outcome_.has_value(); }
  // The call is over; the first outcome counts.
  void Finish(Reply outcome);

  // The channel has a connection for it.
  void OnConnected(SimConnectionPtr connection);
  void OnData(std::string message);
  // The server has read so much.
  void OnRead(size_t bytes);

  // For who calls. Read and Write as of ClientStream.
  async::Task<Reply> Outcome();
  async::Task<absl::StatusOr<std::optional<std::string>>> Read();
  async::Task<absl::Status> Write(std::string message);
  async::Task<absl::Status> WritesDone();

 private:
  void Send(std::string_view kind, size_t bytes,
            absl::AnyInvocable<void(SimServer&, const SimConnectionPtr&)> deliver);
  void LeaveConnection();
  // Suspends until there is a connection; false: the call is over.
  async::Task<bool> Connected();

  SimNode& node_;
  const uint64_t id_;
  SimRequest request_;
  const Instant deadline_;
  // For traces, after the request is gone.
  const std::string method_;
  SimConnectionPtr connection_;
  const std::shared_ptr<Instant> order_ = std::make_shared<Instant>();
  std::deque<std::string> inbox_;
  std::optional<Reply> outcome_;
  // Sent and not yet read by the server.
  size_t unread_ = 0;
  async::Signal changed_;
  async::Timer timer_;
};

class SimChannel final : public Channel {
 public:
  SimChannel(SimNode& node, std::string address);
  ~SimChannel() override;

  async::Task<Reply> Call(std::string_view method, std::string message,
                          CallOptions options) override;
  std::unique_ptr<ClientStream> Open(std::string_view method, CallOptions options) override;

  void OnReset(const SimConnectionPtr& connection);
  // The server ends: what runs goes on, nothing new is begun.
  void OnGoAway(const SimConnectionPtr& connection);

 private:
  enum class State { kIdle, kConnecting, kReady, kBackoff };

  std::shared_ptr<SimClientCall> Start(std::string_view method, std::string message,
                                       CallOptions options);
  void Connect();
  void OnConnected(SimConnectionPtr connection);
  void OnRefused();

  SimNode& node_;
  const std::string address_;
  const std::string machine_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>();
  State state_ = State::kIdle;
  // Those that stand or drain; the current one last.
  std::vector<SimConnectionPtr> connections_;
  std::vector<std::weak_ptr<SimClientCall>> waiting_;
  uint64_t attempts_ = 0;
  absl::Duration backoff_;
  Instant retry_at_;
  async::Timer timer_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SIM_CHANNEL_H_
