// Fixture: what all runs of a program share and none changes: keys, tokens, configurations.
#ifndef MARU_TESTS_SIMULATION_FIXTURE_H_
#define MARU_TESTS_SIMULATION_FIXTURE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/rpc/identity/es256.h"
#include "maru/config/v1/config.pb.h"
#include "tests/simulation/key_cache.h"
#include "tests/simulation/systems.h"
#include "tests/workload/api.h"

namespace maru::simulation {

// What every calendar shows when a run begins, give or take its skew.
inline absl::Time Beginning() { return absl::FromUnixSeconds(1'800'000'000); }

// A context that a run has.
struct Deployed {
  const SimContext* context;
  config::v1::ContextConfig config;
};

class Fixture {
 public:
  // For runs of `systems`, each of Systems(). Makes keys in `folder` for the broker's callers and
  // people, unless they are there.
  Fixture(std::string folder, std::vector<const System*> systems);

  const std::vector<const System*>& systems() const { return systems_; }

  const std::string& keys() const { return keys_; }
  KeyCache& key_cache() { return key_cache_; }
  // A person's token, valid in every run.
  std::string Token(const std::string& role, const std::string& subject,
                    const std::vector<std::string>& store_ids);
  // One that no server may take.
  std::string ForgedToken(workload::Forgery forgery);
  // The contexts of the systems, by deployment, and the broker, as their programs would be
  // configured.
  const std::map<std::string, Deployed>& contexts() const { return contexts_; }
  const config::v1::BrokerConfig& broker() const { return broker_; }

 private:
  const std::string keys_;
  const std::vector<const System*> systems_;
  KeyCache key_cache_;
  std::optional<rpc::Es256PrivateKey> users_;
  // That nobody knows.
  std::optional<rpc::Es256PrivateKey> other_;
  std::map<std::vector<std::string>, std::string> tokens_;
  std::map<workload::Forgery, std::string> forged_;
  std::map<std::string, Deployed> contexts_;
  config::v1::BrokerConfig broker_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_FIXTURE_H_
