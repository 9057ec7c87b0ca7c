#include "tests/harness/system_api.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "tests/workload/forgery.h"

namespace maru::harness {

SystemApi::SystemApi(System& system, uint64_t seed)
    : system_(system), contexts_(system.contexts()), random_(seed) {}

async::Task<Outcome> SystemApi::Call(std::string_view deployment, std::string_view path,
                                     const std::string& request, CallOptions options,
                                     std::string* reply) {
  co_return system_.client(deployment).Call(path, request, options, reply);
}

async::Task<Outcome> SystemApi::CallStream(std::string_view deployment, std::string_view path,
                                           const std::string& request, CallOptions options,
                                           std::vector<std::string>* replies) {
  co_return system_.client(deployment).CallStream(path, request, options, replies);
}

std::string SystemApi::ForgedToken(Forgery forgery) {
  const auto users = rpc::LoadPrivateKey(rpc::UserKeyFolder(system_.keys_folder()));
  const auto pair = rpc::GenerateEs256KeyPair();
  MARU_CHECK(users.ok() && pair.ok());
  const auto other = rpc::Es256PrivateKey::FromPem(pair->private_pem);
  MARU_CHECK(other.ok());
  auto token = Forge(forgery, *users, *other, absl::Now());
  MARU_CHECK(token.ok());
  return *std::move(token);
}

}  // namespace maru::harness
