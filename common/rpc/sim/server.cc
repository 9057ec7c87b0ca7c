#include "common/rpc/sim/server.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/error.h"
#include "common/rpc/sim/channel.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

namespace {

// As of GrpcServerOptions.
constexpr size_t kMaxMessageBytes = 1 << 20;

absl::Status CallIsGone() { return absl::CancelledError("the call is gone"); }

// What of an outcome travels: details, not local notes; and what the transport adds.
Reply OnTheWire(Reply reply) {
  if (reply.status.ok()) return reply;
  reply.message.clear();
  if (const auto delay = RetryDelayOf(reply.status); delay.has_value()) {
    const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(*delay, absl::Seconds(1)));
    reply.metadata.Add("retry-after", absl::StrCat(std::max<int64_t>(seconds, 1)));
  }
  reply.status = DecodeDetails(reply.status.code(), ToStd(reply.status.message()),
                               EncodeDetails(reply.status));
  return reply;
}

}  // namespace

SimServerCall::SimServerCall(SimServer& server, SimConnectionPtr connection, uint64_t id,
                             SimRequest request)
    : server_(server),
      connection_(std::move(connection)),
      id_(id),
      inbound_{.method = std::move(request.method),
               .metadata = std::move(request.metadata),
               .deadline = server.node().executor().Now() + request.timeout,
               .peer = absl::StrCat("sim:", connection_->client)},
      message_(std::move(request.message)),
      is_stream_(server.handler().IsStream(inbound_.method)),
      changed_(server.node().executor()) {}

void SimServerCall::Start() { frame_.Spawn(is_stream_ ? RunStream() : RunUnary()); }

async::Task<void> SimServerCall::RunUnary() {
  Reply reply = co_await server_.handler().OnUnary(inbound_, message_);
  End(std::move(reply));
}

async::Task<void> SimServerCall::RunStream() {
  absl::Status status = co_await server_.handler().OnStream(inbound_, *this);
  End({std::move(status), {}, std::move(trailing_)});
}

void SimServerCall::End(Reply outcome) {
  if (std::exchange(done_, true)) return;
  Reply reply = OnTheWire(std::move(outcome));
  const size_t bytes = reply.message.size();
  Send(reply.status.ok() ? "end" : "error", bytes,
       [reply = std::move(reply)](SimClientCall& call) mutable { call.Finish(std::move(reply)); });
  server_.OnEnded(*connection_, id_);
}

void SimServerCall::Send(std::string_view kind, size_t bytes,
                         absl::AnyInvocable<void(SimClientCall&)> deliver) {
  SimNode& node = server_.node();
  if (node.silent()) return;
  SimNetwork& network = node.network();
  network.Send(
      {.from = connection_->server,
       .to = connection_->client,
       .kind = kind,
       .method = inbound_.method,
       .connection = connection_->id,
       .call = id_,
       .bytes = bytes},
      order_, connection_->to_client,
      [&network, connection = connection_, id = id_, deliver = std::move(deliver)]() mutable {
        if (connection->channel == nullptr) return network.ResetServer(connection);
        const auto found = connection->calls.find(id);
        if (found == connection->calls.end()) return;
        if (const auto call = found->second.lock(); call != nullptr) deliver(*call);
      });
}

void SimServerCall::OnData(std::string message) {
  inbox_.push_back(std::move(message));
  changed_.NotifyAll();
}

void SimServerCall::OnHalfClose() {
  half_closed_ = true;
  changed_.NotifyAll();
}

void SimServerCall::OnRead(size_t bytes) {
  unread_ -= bytes;
  changed_.NotifyAll();
}

async::Task<absl::StatusOr<std::optional<std::string>>> SimServerCall::Read() {
  while (inbox_.empty() && !half_closed_ && !done_) co_await changed_.Wait();
  if (inbox_.empty()) {
    if (done_) co_return CallIsGone();
    co_return std::optional<std::string>();
  }
  std::string message = std::move(inbox_.front());
  inbox_.pop_front();
  Send("read", 0, [bytes = message.size()](SimClientCall& call) { call.OnRead(bytes); });
  co_return std::optional<std::string>(std::move(message));
}

async::Task<absl::Status> SimServerCall::Write(std::string message) {
  if (done_) co_return CallIsGone();
  unread_ += message.size();
  const size_t bytes = message.size();
  Send("data", bytes, [message = std::move(message)](SimClientCall& call) mutable {
    call.OnData(std::move(message));
  });
  while (unread_ > kSimWindowBytes && !done_) co_await changed_.Wait();
  co_return done_ ? CallIsGone() : absl::OkStatus();
}

SimServer::SimServer(SimNode& node, std::string address, size_t max_calls, InboundHandler& handler)
    : node_(node),
      address_(std::move(address)),
      max_calls_(max_calls),
      handler_(handler),
      changed_(node.executor()) {
  node_.network().SetServer(address_, this);
}

SimServer::~SimServer() {
  StopAccepting();
  calls_.clear();
  CloseConnections();
}

void SimServer::StopAccepting() {
  if (std::exchange(accepting_, false)) node_.network().SetServer(address_, nullptr);
}

void SimServer::CloseConnections() {
  for (const auto& [id, connection] : std::exchange(connections_, {})) {
    connection->acceptor = nullptr;
    node_.network().ResetClient(connection);
  }
}

int SimServer::port() const {
  int port = 0;
  MARU_CHECK(absl::SimpleAtoi(ToAbsl(address_).substr(address_.rfind(':') + 1), &port));
  return port;
}

async::Task<void> SimServer::Shutdown(Instant until) {
  StopAccepting();
  for (const auto& [id, connection] : connections_) {
    if (node_.silent()) break;
    node_.network().Send({.from = connection->server,
                          .to = connection->client,
                          .kind = "goaway",
                          .method = {},
                          .connection = connection->id},
                         connection->to_client, connection->to_client, [closing = connection] {
                           if (closing->channel == nullptr) return;
                           closing->channel->OnGoAway(closing);
                         });
  }
  while (!calls_.empty() && node_.executor().Now() < until) co_await changed_.WaitUntil(until);
  calls_.clear();
  CloseConnections();
}

SimConnectionPtr SimServer::Accept(const std::string& client) {
  SimConnectionPtr connection = node_.network().NewConnection();
  connection->client = client;
  connection->server = node_.name();
  connection->acceptor = this;
  connections_[connection->id] = connection;
  return connection;
}

void SimServer::OnReset(const SimConnectionPtr& connection) {
  connection->acceptor = nullptr;
  connections_.erase(connection->id);
  // Streams are destroyed; unary handlers run to their end.
  std::vector<std::unique_ptr<SimServerCall>> cancelled;
  auto call = calls_.lower_bound({connection->id, 0});
  while (call != calls_.end() && call->first.first == connection->id) {
    if (call->second->is_stream() && !call->second->done()) {
      cancelled.push_back(std::move(call->second));
      call = calls_.erase(call);
    } else {
      ++call;
    }
  }
  changed_.NotifyAll();
}

void SimServer::OnCall(const SimConnectionPtr& connection, uint64_t id, SimRequest request) {
  auto made = std::make_unique<SimServerCall>(*this, connection, id, std::move(request));
  SimServerCall& call = *made;
  const bool overloaded = calls_.size() >= max_calls_;
  const bool too_large = call.message_bytes() > kMaxMessageBytes;
  calls_.emplace(std::pair(connection->id, id), std::move(made));
  if (!accepting_) {
    // Of a client that has not heard that this server ends: it may try another connection.
    call.End({absl::UnavailableError("the server is shutting down"), {}, {}});
  } else if (overloaded) {
    call.End({options::v1::errors::Overloaded(), {}, {}});
  } else if (too_large) {
    call.End({absl::ResourceExhaustedError("Received message larger than max"), {}, {}});
  } else {
    call.Start();
  }
}

void SimServer::OnCancel(const SimConnection& connection, uint64_t id) {
  const auto found = calls_.find({connection.id, id});
  if (found == calls_.end() || !found->second->is_stream() || found->second->done()) return;
  const auto cancelled = std::move(found->second);
  calls_.erase(found);
  changed_.NotifyAll();
}

SimServerCall* SimServer::Find(const SimConnection& connection, uint64_t id) {
  const auto found = calls_.find({connection.id, id});
  return found == calls_.end() ? nullptr : found->second.get();
}

void SimServer::OnEnded(const SimConnection& connection, uint64_t id) {
  // Later: the call's own frame may be running.
  node_.executor().Post(
      [this, alive = std::weak_ptr<bool>(alive_), key = std::pair(connection.id, id)] {
        if (alive.expired()) return;
        calls_.erase(key);
        changed_.NotifyAll();
      });
}

}  // namespace maru::rpc
