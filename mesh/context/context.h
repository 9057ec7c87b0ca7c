// Context: all of one deployment of a bounded context, wired: store, events, calls to others,
// server, admin.
//
// run_context.h makes a program of it.
//
// No state outside of it: any number fit into one operating-system process and do not see each
// other.
#ifndef MARU_MESH_CONTEXT_CONTEXT_H_
#define MARU_MESH_CONTEXT_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/scope.h"
#include "common/events/bus.h"
#include "common/events/handlers.h"
#include "common/rpc/identity/signer.h"
#include "common/rpc/service.h"
#include "common/store/backend.h"
#include "common/store/store.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/context/event_runtime.h"
#include "mesh/context/peers.h"
#include "mesh/context/process.h"
#include "mesh/context/run.h"

namespace maru::mesh {

class Context;

struct ContextOptions {
  // "review"
  std::string context;
  // Complete, as LoadConfig leaves it with ContextRules.
  config::v1::ContextConfig config;
  // Lines for the log at start.
  std::vector<std::string> warnings;
  int log_fd = 2;
  // What the store stands on; null: RocksDB in config.data.
  std::function<absl::StatusOr<std::unique_ptr<store::Backend>>(const Clock& clock)> backend;
  // Makes how events travel. Called on the loop's thread; the bus is destroyed there.
  std::function<std::unique_ptr<events::Bus>(Context& context)> bus;
  // Called once when the context cannot go on; on the loop's thread. May be null.
  std::function<void()> failed;
};

class Context final : public Running {
 public:
  // Hands over services and handlers. Called once, on the loop's thread, with the store open.
  using Wire = std::function<void(Context& context)>;

  // Opens the store, wires, listens, and is SERVING when it returns; it does not wait for the
  // broker. Not on a loop's thread. FAILED_PRECONDITION: an address or the data folder is in use,
  // or the data is another deployment's; NOT_FOUND: a key is missing; DATA_LOSS, INTERNAL: the
  // store is damaged or cannot be read.
  static absl::StatusOr<std::unique_ptr<Context>> Start(ContextOptions options, const Wire& wire);
  // Without Shutdown like a crash: what is durable stays.
  ~Context() override;

  // NOT_SERVING, pause, GOAWAY, calls finish, subscriptions end, outbox to the broker, store
  // closed; each step bounded by config.shutdown. Not on the loop's thread.
  void Shutdown() override;
  // Not OK once the store has failed: the process should end. Not on the loop's thread.
  absl::Status failure() override;

  // --- For wiring ---

  store::Store& store() { return *store_; }
  // How to call another context of the system ("schedule"). Lives as long as the context.
  rpc::Caller& Peer(std::string_view name) { return peers_->Of(name); }
  // Keeps `service` and serves it.
  void Serve(std::unique_ptr<rpc::Service> service) { services_.push_back(std::move(service)); }
  // What this context does when it hears events. What the handlers refer to is kept with Keep.
  events::Policies& policies() { return policies_; }
  // What it shows of them; `tables` are the numbers of the tables and indexes that the view writes
  // (ViewTable::number()).
  events::View& View(std::vector<uint32_t> tables) {
    view_tables_ = std::move(tables);
    return view_;
  }
  // Keeps `part` as long as the context; destroyed on the loop's thread after the services.
  template <class T>
  T& Keep(std::unique_ptr<T> part) {
    T& kept = *part;
    kept_.emplace_back(std::move(part));
    return kept;
  }

  // A token that the deployment `audience` ("broker") accepts. INTERNAL.
  absl::StatusOr<std::string> TokenFor(std::string_view audience) {
    return signer_->TokenFor(audience);
  }
  Process& process() { return *process_; }
  const config::v1::ContextConfig& config() const { return options_.config; }

 private:
  explicit Context(ContextOptions options) : options_(std::move(options)) {}

  absl::Status Open();
  // On the loop's thread.
  async::Task<absl::Status> Begin(const Wire& wire);
  absl::Status Listen();
  async::Task<void> End();
  async::Task<void> WatchStore();
  void Drop();

  const ContextOptions options_;
  std::unique_ptr<Process> process_;
  // The loop's, in the order in which they are made; Drop destroys them backwards.
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<rpc::ServiceSigner> signer_;
  std::unique_ptr<events::Bus> bus_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<LogJournal> journal_;
  std::vector<std::shared_ptr<void>> kept_;
  events::Policies policies_;
  events::View view_;
  std::vector<uint32_t> view_tables_;
  std::unique_ptr<EventRuntime> events_;
  std::vector<std::unique_ptr<rpc::Service>> services_;
  async::Scope tasks_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_CONTEXT_H_
