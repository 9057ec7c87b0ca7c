#include "common/rpc/sim/channel.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/rpc/service.h"
#include "common/rpc/sim/server.h"

namespace maru::rpc {

namespace {

// As of GrpcChannelOptions.
constexpr absl::Duration kMinBackoff = absl::Milliseconds(100);
constexpr absl::Duration kMaxBackoff = absl::Seconds(1);
constexpr absl::Duration kConnectTimeout = absl::Seconds(2);

absl::Status Over() { return absl::CancelledError("the call is over; Read tells why"); }

class SimClientStream final : public ClientStream {
 public:
  explicit SimClientStream(std::shared_ptr<SimClientCall> call) : call_(std::move(call)) {}
  async::Task<absl::StatusOr<std::optional<std::string>>> Read() override { return call_->Read(); }
  async::Task<absl::Status> Write(std::string message) override {
    return call_->Write(std::move(message));
  }
  async::Task<absl::Status> WritesDone() override { return call_->WritesDone(); }

 private:
  const std::shared_ptr<SimClientCall> call_;
};

}  // namespace

SimClientCall::SimClientCall(SimNode& node, uint64_t id, SimRequest request, Instant deadline)
    : node_(node),
      id_(id),
      request_(std::move(request)),
      deadline_(deadline),
      method_(request_.method),
      changed_(node.executor()) {
  if (deadline_ == Instant::InfiniteFuture()) return;
  timer_ = async::Timer(node_.executor(), deadline_, [this] {
    const auto self = shared_from_this();
    Send("cancel", 0, [id = id_](SimServer& server, const SimConnectionPtr& connection) {
      server.OnCancel(*connection, id);
    });
    Finish({absl::DeadlineExceededError("Deadline Exceeded"), {}, {}});
  });
}

SimClientCall::~SimClientCall() {
  if (over()) return;
  Send("cancel", 0, [id = id_](SimServer& server, const SimConnectionPtr& connection) {
    server.OnCancel(*connection, id);
  });
  LeaveConnection();
}

void SimClientCall::LeaveConnection() {
  if (connection_ != nullptr) connection_->calls.erase(id_);
}

void SimClientCall::Finish(Reply outcome) {
  if (over()) return;
  outcome_ = std::move(outcome);
  timer_.Cancel();
  LeaveConnection();
  changed_.NotifyAll();
}

void SimClientCall::Send(std::string_view kind, size_t bytes,
                         absl::AnyInvocable<void(SimServer&, const SimConnectionPtr&)> deliver) {
  if (connection_ == nullptr || node_.silent()) return;
  SimNetwork& network = node_.network();
  network.Send({.from = connection_->client,
                .to = connection_->server,
                .kind = kind,
                .method = method_,
                .connection = connection_->id,
                .call = id_,
                .bytes = bytes},
               order_, connection_->to_server,
               [&network, connection = connection_, deliver = std::move(deliver)]() mutable {
                 if (connection->acceptor == nullptr) {
                   network.ResetClient(connection);
                 } else {
                   deliver(*connection->acceptor, connection);
                 }
               });
}

void SimClientCall::OnConnected(SimConnectionPtr connection) {
  connection_ = std::move(connection);
  connection_->calls[id_] = weak_from_this();
  request_.timeout = deadline_ - node_.executor().Now();
  const size_t bytes = request_.message.size();
  Send("call", bytes,
       [id = id_, request = std::move(request_)](SimServer& server,
                                                 const SimConnectionPtr& arrived) mutable {
         server.OnCall(arrived, id, std::move(request));
       });
  changed_.NotifyAll();
}

void SimClientCall::OnData(std::string message) {
  inbox_.push_back(std::move(message));
  changed_.NotifyAll();
}

void SimClientCall::OnRead(size_t bytes) {
  unread_ -= bytes;
  changed_.NotifyAll();
}

async::Task<Reply> SimClientCall::Outcome() {
  while (!over()) co_await changed_.Wait();
  co_return *std::move(outcome_);
}

async::Task<absl::StatusOr<std::optional<std::string>>> SimClientCall::Read() {
  while (inbox_.empty() && !over()) co_await changed_.Wait();
  if (inbox_.empty()) {
    if (!outcome_->status.ok()) co_return outcome_->status;
    co_return std::optional<std::string>();
  }
  std::string message = std::move(inbox_.front());
  inbox_.pop_front();
  if (!over()) {
    Send("read", 0,
         [id = id_, bytes = message.size()](SimServer& server, const SimConnectionPtr& connection) {
           SimServerCall* const call = server.Find(*connection, id);
           if (call != nullptr) call->OnRead(bytes);
         });
  }
  co_return std::optional<std::string>(std::move(message));
}

async::Task<bool> SimClientCall::Connected() {
  while (connection_ == nullptr && !over()) co_await changed_.Wait();
  co_return !over();
}

async::Task<absl::Status> SimClientCall::Write(std::string message) {
  if (!co_await Connected()) co_return Over();
  unread_ += message.size();
  const size_t bytes = message.size();
  Send("data", bytes,
       [id = id_, message = std::move(message)](SimServer& server,
                                                const SimConnectionPtr& connection) mutable {
         SimServerCall* const call = server.Find(*connection, id);
         if (call != nullptr) call->OnData(std::move(message));
       });
  while (unread_ > kSimWindowBytes && !over()) co_await changed_.Wait();
  co_return over() ? Over() : absl::OkStatus();
}

async::Task<absl::Status> SimClientCall::WritesDone() {
  if (!co_await Connected()) co_return Over();
  Send("close", 0, [id = id_](SimServer& server, const SimConnectionPtr& connection) {
    SimServerCall* const call = server.Find(*connection, id);
    if (call != nullptr) call->OnHalfClose();
  });
  co_return absl::OkStatus();
}

SimChannel::SimChannel(SimNode& node, std::string address)
    : node_(node),
      address_(std::move(address)),
      machine_(node.network().MachineOf(address_)),
      backoff_(kMinBackoff) {}

SimChannel::~SimChannel() {
  for (const SimConnectionPtr& connection : connections_) {
    connection->channel = nullptr;
    node_.network().ResetServer(connection);
  }
}

async::Task<Reply> SimChannel::Call(std::string_view method, std::string message,
                                    CallOptions options) {
  const auto call = Start(method, std::move(message), std::move(options));
  co_return co_await call->Outcome();
}

std::unique_ptr<ClientStream> SimChannel::Open(std::string_view method, CallOptions options) {
  return std::make_unique<SimClientStream>(Start(method, {}, std::move(options)));
}

std::shared_ptr<SimClientCall> SimChannel::Start(std::string_view method, std::string message,
                                                 CallOptions options) {
  SimRequest request{.method = std::string(method),
                     .metadata = std::move(options.metadata),
                     .timeout = absl::InfiniteDuration(),
                     .message = std::move(message)};
  auto call = std::make_shared<SimClientCall>(node_, node_.network().NewCall(), std::move(request),
                                              options.deadline);
  if (state_ == State::kBackoff && node_.executor().Now() >= retry_at_) state_ = State::kIdle;
  if (state_ == State::kIdle) Connect();
  switch (state_) {
    case State::kReady:
      call->OnConnected(connections_.back());
      break;
    case State::kConnecting:
      waiting_.push_back(call);
      break;
    case State::kBackoff:
    case State::kIdle:
      call->Finish(
          {MarkUnsent(absl::UnavailableError(absl::StrCat("failed to connect to ", address_))),
           {},
           {}});
  }
  return call;
}

void SimChannel::Connect() {
  state_ = State::kConnecting;
  const uint64_t attempt = ++attempts_;
  timer_ = async::Timer(node_.executor(), node_.executor().Now() + kConnectTimeout,
                        [this] { OnRefused(); });
  if (node_.silent()) return;
  // What comes back is for this attempt of a channel that still lives.
  auto for_attempt = [this, attempt, alive = std::weak_ptr<bool>(alive_)] {
    return !alive.expired() && state_ == State::kConnecting && attempts_ == attempt;
  };
  SimNetwork& network = node_.network();
  const SimPacket packet{.from = node_.name(), .to = machine_, .kind = "connect", .method = {}};
  const auto forth = std::make_shared<Instant>();
  network.Send(
      packet, forth, forth,
      [this, &network, for_attempt, client = node_.name(), address = address_, machine = machine_] {
        SimServer* const server = network.ServerAt(address);
        if (server == nullptr && !network.Answers(machine)) return;
        const SimConnectionPtr connection = server == nullptr ? nullptr : server->Accept(client);
        const SimPacket answer{.from = machine,
                               .to = client,
                               .kind = connection == nullptr ? "refuse" : "accept",
                               .method = {},
                               .connection = connection == nullptr ? 0 : connection->id};
        const auto back = std::make_shared<Instant>();
        network.Send(answer, back, back, [this, &network, for_attempt, connection] {
          if (for_attempt()) {
            connection == nullptr ? OnRefused() : OnConnected(connection);
          } else if (connection != nullptr) {
            network.ResetServer(connection);
          }
        });
      });
}

void SimChannel::OnConnected(SimConnectionPtr connection) {
  timer_.Cancel();
  state_ = State::kReady;
  backoff_ = kMinBackoff;
  connection->channel = this;
  connections_.push_back(std::move(connection));
  for (const auto& weak : std::exchange(waiting_, {})) {
    const auto call = weak.lock();
    if (call != nullptr && !call->over()) call->OnConnected(connections_.back());
  }
}

void SimChannel::OnRefused() {
  timer_.Cancel();
  state_ = State::kBackoff;
  retry_at_ = node_.executor().Now() + node_.network().Jittered(backoff_);
  backoff_ = std::min(backoff_ * 1.6, kMaxBackoff);
  for (const auto& weak : std::exchange(waiting_, {})) {
    if (const auto call = weak.lock(); call != nullptr) {
      call->Finish(
          {MarkUnsent(absl::UnavailableError(absl::StrCat("failed to connect to ", address_))),
           {},
           {}});
    }
  }
}

void SimChannel::OnGoAway(const SimConnectionPtr& connection) {
  if (state_ == State::kReady && connections_.back() == connection) state_ = State::kIdle;
}

void SimChannel::OnReset(const SimConnectionPtr& connection) {
  OnGoAway(connection);
  connection->channel = nullptr;
  std::erase(connections_, connection);
  for (const auto& [id, weak] : std::exchange(connection->calls, {})) {
    if (const auto call = weak.lock(); call != nullptr) {
      call->Finish({absl::UnavailableError("connection reset by peer"), {}, {}});
    }
  }
}

}  // namespace maru::rpc
