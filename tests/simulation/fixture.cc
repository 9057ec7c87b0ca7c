#include "tests/simulation/fixture.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "common/rpc/identity/signer.h"
#include "common/service/config.h"
#include "mesh/context/context_config.h"
#include "mesh/context/deployments.h"
#include "tests/workload/forgery.h"

namespace maru::simulation {

namespace {

constexpr std::string_view kSystem = "datecourse";
// Events that fail twice in a row are dead: an operator has something to do.
const std::vector<std::string>& ContextFlags() {
  static const auto& flags = *new std::vector<std::string>{"--events.attempts=2"};
  return flags;
}

template <class Config>
Config Configured(std::string keys, std::string data, const service::ConfigRules& rules,
                  const std::vector<std::string>& flags) {
  service::ConfigSources sources;
  sources.program = "simulation";
  sources.flags = {absl::StrCat("--keys=", keys), absl::StrCat("--data=", data),
                   "--log.level=warning"};
  sources.flags.insert(sources.flags.end(), flags.begin(), flags.end());
  Config config;
  const auto loaded = service::LoadConfig(sources, rules, config);
  MARU_CHECK(loaded.ok());
  return config;
}

}  // namespace

Fixture::Fixture(std::string folder) : keys_(std::move(folder)) {
  MARU_CHECK(rpc::EnsureKeyPair(rpc::UserKeyFolder(keys_)).ok());
  auto users = rpc::LoadPrivateKey(rpc::UserKeyFolder(keys_));
  MARU_CHECK(users.ok());
  users_ = *std::move(users);
  const absl::StatusOr<rpc::PemKeyPair> unknown = rpc::GenerateEs256KeyPair();
  MARU_CHECK(unknown.ok());
  auto other = rpc::Es256PrivateKey::FromPem(unknown->private_pem);
  MARU_CHECK(other.ok());
  other_ = *std::move(other);
  for (const auto& [name, address] : mesh::Deployments(0).ContextsOf(kSystem)) {
    const std::string deployment = mesh::DeploymentOf(kSystem, name);
    MARU_CHECK(rpc::EnsureKeyPair(rpc::ServiceKeyFolder(keys_, deployment)).ok());
    contexts_[name] = Configured<config::v1::ContextConfig>(
        keys_, deployment, mesh::ContextRules(std::string(kSystem), name), ContextFlags());
  }
  broker_ = Configured<config::v1::BrokerConfig>(keys_, "broker", mesh::BrokerRules(), {});
}

std::string Fixture::Token(const std::string& role, const std::string& subject) {
  std::string& token = tokens_[{role, subject}];
  if (token.empty()) {
    const rpc::Person person{.subject = subject, .roles = {role}, .store_ids = {}};
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
