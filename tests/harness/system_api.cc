#include "tests/harness/system_api.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/rpc/identity/key_files.h"
#include "tests/workload/forgery.h"

namespace maru::harness {

SystemApi::SystemApi(System& system, const Options& options)
    : system_(system), random_(options.seed), callers_(loop_, options.callers) {
  const std::string prefix = options.system.empty() ? "" : absl::StrCat(options.system, "-");
  for (std::string& name : system.contexts()) {
    if (name.starts_with(prefix)) contexts_.push_back(std::move(name));
  }
}

async::Task<Outcome> SystemApi::Call(std::string_view deployment, std::string_view path,
                                     const std::string& request, CallOptions options,
                                     std::string* reply) {
  using Answer = std::pair<Outcome, std::string>;
  Client& client = system_.client(deployment);
  auto call = [&client, path = std::string(path), request, options = std::move(options)] {
    Answer answer;
    answer.first = client.Call(path, request, options, &answer.second);
    return answer;
  };
  Answer answer = co_await callers_.Wait(std::move(call));
  *reply = std::move(answer.second);
  co_return std::move(answer.first);
}

async::Task<Outcome> SystemApi::CallStream(std::string_view deployment, std::string_view path,
                                           const std::string& request, CallOptions options,
                                           std::vector<std::string>* replies) {
  using Answer = std::pair<Outcome, std::vector<std::string>>;
  Client& client = system_.client(deployment);
  auto call = [&client, path = std::string(path), request, options = std::move(options)] {
    Answer answer;
    answer.first = client.CallStream(path, request, options, &answer.second);
    return answer;
  };
  Answer answer = co_await callers_.Wait(std::move(call));
  *replies = std::move(answer.second);
  co_return std::move(answer.first);
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
