#include "tests/simulation/fixture.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "common/service/config.h"
#include "mesh/context/context_config.h"
#include "tests/workload/forgery.h"

namespace maru::simulation {

namespace {

template <class Config>
Config Configured(std::string keys, std::string data, const service::ConfigRules& rules,
                  std::vector<std::string> flags = {}) {
  service::ConfigSources sources;
  sources.program = "simulation";
  sources.flags = std::move(flags);
  sources.flags.insert(sources.flags.end(), {absl::StrCat("--keys=", keys),
                                             absl::StrCat("--data=", data), "--log.level=warning"});
  Config config;
  const auto loaded = service::LoadConfig(sources, rules, config);
  MARU_CHECK(loaded.ok());
  return config;
}

}  // namespace

Fixture::Fixture(std::string folder, std::vector<const System*> systems)
    : keys_(std::move(folder)), systems_(std::move(systems)) {
  MARU_CHECK(rpc::EnsureKeyPair(rpc::UserKeyFolder(keys_)).ok());
  auto users = rpc::LoadPrivateKey(rpc::UserKeyFolder(keys_));
  MARU_CHECK(users.ok());
  users_ = *std::move(users);
  const absl::StatusOr<rpc::PemKeyPair> unknown = rpc::GenerateEs256KeyPair();
  MARU_CHECK(unknown.ok());
  auto other = rpc::Es256PrivateKey::FromPem(unknown->private_pem);
  MARU_CHECK(other.ok());
  other_ = *std::move(other);
  for (const System* system : systems_) {
    for (const SimContext& context : system->contexts) {
      const std::string deployment = mesh::DeploymentOf(system->name, context.name);
      MARU_CHECK(rpc::EnsureKeyPair(rpc::ServiceKeyFolder(keys_, deployment)).ok());
      contexts_[deployment] = {
          &context,
          Configured<config::v1::ContextConfig>(
              keys_, deployment, mesh::ContextRules(system->name, context.name), context.flags)};
    }
  }
  broker_ = Configured<config::v1::BrokerConfig>(keys_, "broker", mesh::BrokerRules());
}

std::string Fixture::Token(const std::string& role, const std::string& subject,
                           const std::vector<std::string>& store_ids) {
  std::string& token = tokens_[{role, subject, absl::StrJoin(store_ids, ",")}];
  if (token.empty()) {
    const rpc::Person person{.subject = subject, .roles = {role}, .store_ids = store_ids};
    // Older than any skewed calendar, and good for longer than any run.
    auto made = rpc::SignUserToken(*users_, person, Beginning() - absl::Hours(24), absl::Hours(72));
    MARU_CHECK(made.ok());
    token = *std::move(made);
  }
  return token;
}

std::string Fixture::ForgedToken(workload::Forgery forgery) {
  std::string& token = forged_[forgery];
  if (token.empty()) {
    auto made = workload::Forge(forgery, *users_, *other_, Beginning());
    MARU_CHECK(made.ok());
    token = *std::move(made);
  }
  return token;
}

}  // namespace maru::simulation
