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
#include "common/async/task.h"
#include "common/events/bus.h"
#include "common/events/handlers.h"
#include "common/rpc/identity/signer.h"
#include "common/rpc/service.h"
#include "common/saga/sagas.h"
#include "common/saga/timers.h"
#include "common/store/store.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/context/event_runtime.h"
#include "mesh/context/host.h"
#include "mesh/context/peers.h"
#include "mesh/context/process.h"

namespace maru::mesh {

class Context;

struct ContextOptions {
  // "review"
  std::string context;
  // Complete, as LoadConfig leaves it with ContextRules.
  config::v1::ContextConfig config;
  // Lines for the log at start.
  std::vector<std::string> warnings;
  // Makes how events travel (broker_bus.h).
  std::function<std::unique_ptr<events::Bus>(Context& context)> bus;
  // Called once when the context cannot go on. May be null.
  std::function<void()> failed;
};

// Executor's thread only.
class Context final : public Serving {
 public:
  // Hands over services and handlers. Called once, with the store open.
  using Wire = std::function<void(Context& context)>;

  // Opens the store, wires, listens, and is SERVING when it completes; it does not wait for the
  // broker. `host` outlives the context. FAILED_PRECONDITION: an address or the data folder is in
  // use, or the data is another deployment's; NOT_FOUND: a key is missing; DATA_LOSS, INTERNAL: the
  // store is damaged or cannot be read.
  static async::Task<absl::StatusOr<std::unique_ptr<Context>>> Start(Host& host,
                                                                     ContextOptions options,
                                                                     Wire wire);
  // Without Shutdown like a crash: what is durable stays.
  ~Context() override;

  // NOT_SERVING, pause, GOAWAY, calls finish, subscriptions end, outbox to the broker, store
  // closed; each step bounded by config.shutdown.
  async::Task<void> Shutdown() override;
  // Not OK once the store has failed.
  absl::Status failure() const override { return store_->failure(); }

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
  // Commands that need another context's answer, and what happens by itself later.
  saga::Sagas& sagas() { return *sagas_; }
  saga::Timers& timers() { return *timers_; }
  // Keeps `part` as long as the context; destroyed after the services.
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
  Context(Host& host, ContextOptions options) : host_(host), options_(std::move(options)) {}

  absl::Status Open();
  async::Task<absl::Status> Begin(const Wire& wire);
  absl::Status Listen();
  async::Task<void> WatchStore();
  void Drop();

  Host& host_;
  const ContextOptions options_;
  // In the order in which they are made; Drop destroys them backwards.
  std::unique_ptr<Process> process_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<rpc::ServiceSigner> signer_;
  std::unique_ptr<events::Bus> bus_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<LogJournal> journal_;
  std::vector<std::shared_ptr<void>> kept_;
  std::unique_ptr<saga::Timers> timers_;
  std::unique_ptr<saga::Sagas> sagas_;
  events::Policies policies_;
  events::View view_;
  std::vector<uint32_t> view_tables_;
  std::unique_ptr<EventRuntime> events_;
  std::vector<std::unique_ptr<rpc::Service>> services_;
  async::Scope tasks_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_CONTEXT_H_
