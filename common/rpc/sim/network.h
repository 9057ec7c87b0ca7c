// SimNetwork: rpc::Server and rpc::Channel over a simulated network, under virtual time.
//
// It behaves as gRPC over TCP does: one connection between a channel and a server, made when it is
// needed and again, with backoff, after it broke; messages of one call keep their order, calls
// overtake each other; nothing is doubled, and nothing is lost but with its connection. What a cut
// link does not let through waits for it to mend, as retransmission would have it: callers see it
// as a call that hangs.
#ifndef MARU_COMMON_RPC_SIM_NETWORK_H_
#define MARU_COMMON_RPC_SIM_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/sim_scheduler.h"
#include "common/base/seeded_random.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

class SimNode;
class SimServer;
struct SimConnection;

// What is on its way, as a trace shows it.
struct SimPacket {
  std::string_view from;
  std::string_view to;
  // "call", "data", "end", "reset", …
  std::string_view kind;
  // Empty where the kind has none.
  std::string_view method;
  uint64_t connection = 0;
  uint64_t call = 0;
  size_t bytes = 0;
};

// One direction between two machines.
struct SimLink {
  // A message takes between these, and longer by one retransmission so often.
  absl::Duration min_latency = absl::Microseconds(50);
  absl::Duration max_latency = absl::Microseconds(500);
  double retransmitted = 0;
  bool cut = false;
};

class SimNetwork {
 public:
  // What is delivered is told to `trace` (may be null). `scheduler` outlives the network.
  SimNetwork(async::SimScheduler& scheduler, uint64_t seed,
             std::function<void(const SimPacket&)> trace);
  ~SimNetwork();

  // `address` ("127.0.0.1:7101") is on the machine `name`. Before anybody connects to it.
  void AddMachine(const std::string& name, const std::string& address);

  // As it is from now on; what a cut link held is sent when it mends.
  void SetLink(const std::string& from, const std::string& to, const SimLink& link);
  SimLink LinkOf(const std::string& from, const std::string& to) const;
  // Breaks the connections between two machines, as a router between them would.
  void Reset(const std::string& one, const std::string& other);

  // --- For channels and servers ---

  // Keeps what belongs together in order: when the last of it arrives.
  using Order = std::shared_ptr<Instant>;
  // Delivers after what was sent before with the same `order`. `all`: that of the connection, which
  // is never before any of its calls'.
  void Send(const SimPacket& packet, const Order& order, const Order& all, async::Callback deliver);
  // What the kernel of a machine tells the other side of a connection that is closed here.
  void ResetClient(const std::shared_ptr<SimConnection>& connection);
  void ResetServer(const std::shared_ptr<SimConnection>& connection);
  // Whether the kernel of the machine says anything at all.
  bool Answers(const std::string& machine) const;
  const std::string& MachineOf(const std::string& address) const;
  // Null: nobody listens there.
  SimServer* ServerAt(const std::string& address) const;
  void SetServer(const std::string& address, SimServer* server);
  std::shared_ptr<SimConnection> NewConnection();
  uint64_t NewCall() { return ++last_call_; }
  // Up to a fifth more or less.
  absl::Duration Jittered(absl::Duration duration) {
    return duration * (0.8 + 0.4 * random_.Uniform());
  }

 private:
  friend class SimNode;

  struct Held {
    Order order;
    Order all;
    async::Callback deliver;
  };
  struct Wire {
    SimLink link;
    std::vector<Held> held;
  };
  struct Machine {
    // Null while no process of it runs.
    SimNode* node = nullptr;
    // While there is none: whether its kernel still answers.
    bool answers = true;
  };

  void Schedule(const SimLink& link, const Order& order, const Order& all, async::Callback deliver);

  async::SimScheduler& scheduler_;
  // Where what is on its way waits.
  async::SimExecutor executor_;
  SeededRandom random_;
  const std::function<void(const SimPacket&)> trace_;
  std::map<std::string, std::string> machine_of_address_;
  std::map<std::string, Machine> machines_;
  std::map<std::string, SimServer*> listening_;
  std::map<std::pair<std::string, std::string>, Wire> wires_;
  // Those that stand, by number.
  std::map<uint64_t, std::weak_ptr<SimConnection>> connections_;
  uint64_t last_connection_ = 0;
  uint64_t last_call_ = 0;
};

// A process on the network, from its start to its end.
class SimNode {
 public:
  // On the machine `name`, which runs one process at a time. All outlive the node.
  SimNode(SimNetwork& network, std::string name, async::SimExecutor& executor);
  // Channels and servers are gone.
  ~SimNode();

  std::unique_ptr<Channel> OpenChannel(const std::string& target);
  // At most `max_calls` at a time. FAILED_PRECONDITION: the address is in use.
  absl::StatusOr<std::unique_ptr<Server>> Listen(const std::string& address, size_t max_calls,
                                                 InboundHandler& handler);

  // From now on nothing leaves the process. `machine_answers`: its kernel closes its connections,
  // as after a kill; else the machine lost its power: peers hear nothing until they ask the next
  // process on it.
  void Silence(bool machine_answers);

  const std::string& name() const { return name_; }
  async::SimExecutor& executor() { return executor_; }
  SimNetwork& network() { return network_; }
  bool silent() const { return silent_; }

 private:
  SimNetwork& network_;
  const std::string name_;
  async::SimExecutor& executor_;
  bool silent_ = false;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SIM_NETWORK_H_
