// For tests: a system whose contexts are called, by people and by each other, through their
// dispatch wrappers: tokens, roles, field rules, deadlines and recorded results as in production,
// retries and breakers between them.
#ifndef MARU_SERVICES_TESTING_SERVED_SYSTEM_H_
#define MARU_SERVICES_TESTING_SERVED_SYSTEM_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/log.h"
#include "common/rpc/dispatcher.h"
#include "common/rpc/transport.h"
#include "common/store/memory_backend.h"
#include "services/testing/calls.pb.h"
#include "services/testing/test_system.h"

namespace maru::testing {

class ServedSystem {
 public:
  explicit ServedSystem(std::unique_ptr<TestSystem> system);
  ~ServedSystem();

  TestSystem& system() { return *system_; }
  // Null: no such method.
  const rpc::MethodInfo* Find(std::string_view method) const;
  // The answer to somebody's call. A stream is read until nothing more comes; the last message is
  // that of the reply.
  rpc::Reply Serve(const rpc::Inbound& inbound, const std::string& request);
  // How calls between contexts end from now on.
  void SetPeers(Peers peers) { peers_ = peers; }

  // How many calls between contexts there were.
  int peer_calls() const;
  // The rows of every context, in the order of the deployments.
  std::vector<maru::store::PersistentMap> States();
  // Those of the context that has the method; the first one where none has it.
  maru::store::PersistentMap StateOf(std::string_view method);

 private:
  // A context behind its dispatch wrapper.
  struct Served {
    TestContext& context;
    rpc::Service& service;
    rpc::Dispatcher dispatcher;
  };
  // How one context calls another.
  struct Connection;

  Served& Of(std::string_view method);
  void Connect(const TestSystem::Peering& peering);

  Peers peers_ = PEERS_ANSWER;
  maru::store::SeededRandom random_;
  const std::unique_ptr<rpc::Authenticator> tokens_;
  prometheus::Registry registry_;
  std::unique_ptr<Logger> logger_;
  std::vector<std::unique_ptr<Served>> served_;
  std::vector<std::unique_ptr<Connection>> connections_;
  // Destroyed first: its sagas may be calling.
  const std::unique_ptr<TestSystem> system_;
};

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_SERVED_SYSTEM_H_
