#include "common/rpc/sim/network.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/sim/channel.h"
#include "common/rpc/sim/server.h"

namespace maru::rpc {

namespace {

// A lost segment is sent again after so long.
constexpr absl::Duration kRetransmission = absl::Milliseconds(200);

}  // namespace

SimNetwork::SimNetwork(async::SimScheduler& scheduler, uint64_t seed,
                       std::function<void(const SimPacket&)> trace)
    : scheduler_(scheduler),
      executor_(scheduler, absl::ZeroDuration(), absl::UnixEpoch()),
      random_(seed),
      trace_(std::move(trace)) {}

SimNetwork::~SimNetwork() = default;

void SimNetwork::AddMachine(const std::string& name, const std::string& address) {
  machines_[name];
  machine_of_address_[address] = name;
}

const std::string& SimNetwork::MachineOf(const std::string& address) const {
  const auto found = machine_of_address_.find(address);
  MARU_CHECK(found != machine_of_address_.end());
  return found->second;
}

SimServer* SimNetwork::ServerAt(const std::string& address) const {
  const auto found = listening_.find(address);
  return found == listening_.end() ? nullptr : found->second;
}

void SimNetwork::SetServer(const std::string& address, SimServer* server) {
  if (server == nullptr) {
    listening_.erase(address);
  } else {
    listening_[address] = server;
  }
}

bool SimNetwork::Answers(const std::string& machine) const { return machines_.at(machine).answers; }

SimConnectionPtr SimNetwork::NewConnection() {
  auto connection = std::make_shared<SimConnection>();
  connection->id = ++last_connection_;
  std::erase_if(connections_, [](const auto& entry) { return entry.second.expired(); });
  connections_[connection->id] = connection;
  return connection;
}

void SimNetwork::ResetClient(const SimConnectionPtr& connection) {
  if (!Answers(connection->server)) return;
  Send({.from = connection->server,
        .to = connection->client,
        .kind = "reset",
        .method = {},
        .connection = connection->id},
       connection->to_client, connection->to_client, [connection] {
         if (connection->channel != nullptr) connection->channel->OnReset(connection);
       });
}

void SimNetwork::ResetServer(const SimConnectionPtr& connection) {
  if (!Answers(connection->client)) return;
  Send({.from = connection->client,
        .to = connection->server,
        .kind = "reset",
        .method = {},
        .connection = connection->id},
       connection->to_server, connection->to_server, [connection] {
         if (connection->acceptor != nullptr) connection->acceptor->OnReset(connection);
       });
}

SimLink SimNetwork::LinkOf(const std::string& from, const std::string& to) const {
  const auto found = wires_.find({from, to});
  return found == wires_.end() ? SimLink() : found->second.link;
}

void SimNetwork::SetLink(const std::string& from, const std::string& to, const SimLink& link) {
  Wire& wire = wires_[{from, to}];
  wire.link = link;
  if (link.cut) return;
  for (Held& held : std::exchange(wire.held, {})) {
    Schedule(link, held.order, held.all, std::move(held.deliver));
  }
}

void SimNetwork::Send(const SimPacket& packet, const Order& order, const Order& all,
                      async::Callback deliver) {
  Wire& wire = wires_[{std::string(packet.from), std::string(packet.to)}];
  auto traced = [this, packet, from = std::string(packet.from), to = std::string(packet.to),
                 method = std::string(packet.method), deliver = std::move(deliver)]() mutable {
    SimPacket arrived = packet;
    arrived.from = from;
    arrived.to = to;
    arrived.method = method;
    if (trace_) trace_(arrived);
    deliver();
  };
  if (wire.link.cut) {
    wire.held.push_back({order, all, std::move(traced)});
  } else {
    Schedule(wire.link, order, all, std::move(traced));
  }
}

void SimNetwork::Schedule(const SimLink& link, const Order& order, const Order& all,
                          async::Callback deliver) {
  absl::Duration latency = random_.Between(link.min_latency, link.max_latency);
  if (link.retransmitted > 0 && random_.Chance(link.retransmitted)) latency += kRetransmission;
  *order = std::max(*order, scheduler_.Now() + latency);
  *all = std::max(*all, *order);
  executor_.StartTimer(*order + (executor_.Now() - scheduler_.Now()), std::move(deliver));
}

void SimNetwork::Reset(const std::string& one, const std::string& other) {
  const auto between = [&](const SimConnection& connection) {
    return (connection.client == one && connection.server == other) ||
           (connection.client == other && connection.server == one);
  };
  std::vector<SimConnectionPtr> broken;
  for (const auto& [id, weak] : connections_) {
    if (SimConnectionPtr connection = weak.lock(); connection != nullptr && between(*connection)) {
      broken.push_back(std::move(connection));
    }
  }
  for (const SimConnectionPtr& connection : broken) {
    if (connection->channel != nullptr) connection->channel->OnReset(connection);
    if (connection->acceptor != nullptr) connection->acceptor->OnReset(connection);
  }
}

SimNode::SimNode(SimNetwork& network, std::string name, async::SimExecutor& executor)
    : network_(network), name_(std::move(name)), executor_(executor) {
  SimNetwork::Machine& machine = network_.machines_[name_];
  MARU_CHECK(machine.node == nullptr);
  machine = {.node = this, .answers = true};
}

SimNode::~SimNode() { network_.machines_[name_].node = nullptr; }

void SimNode::Silence(bool machine_answers) {
  silent_ = true;
  network_.machines_[name_].answers = machine_answers;
}

std::unique_ptr<Channel> SimNode::OpenChannel(const std::string& target) {
  return std::make_unique<SimChannel>(*this, target);
}

absl::StatusOr<std::unique_ptr<Server>> SimNode::Listen(const std::string& address,
                                                        size_t max_calls, InboundHandler& handler) {
  if (network_.ServerAt(address) != nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("cannot listen on ", address, ": in use"));
  }
  return std::make_unique<SimServer>(*this, address, max_calls, handler);
}

}  // namespace maru::rpc
