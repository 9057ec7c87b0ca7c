// Makes tokens: a deployment's own for its callees, and people's for development.
#ifndef MARU_COMMON_RPC_IDENTITY_SIGNER_H_
#define MARU_COMMON_RPC_IDENTITY_SIGNER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/rpc/identity/es256.h"

namespace maru::rpc {

// Tokens of one deployment for those that it calls. Executor's thread only.
class ServiceSigner {
 public:
  // Life of a token (design.md, "identity"); it is renewed when less than the second is left, so
  // that every call has that much time to arrive.
  static constexpr absl::Duration kTtl = absl::Minutes(5);
  static constexpr absl::Duration kRenewBefore = absl::Minutes(1);

  // Reads the deployment's private key (key_files.h). NOT_FOUND, INVALID_ARGUMENT, naming the file.
  // `clock` outlives the signer.
  static absl::StatusOr<std::unique_ptr<ServiceSigner>> Load(const std::string& keys_folder,
                                                             const std::string& deployment,
                                                             const Clock& clock);

  // With a key that was read before.
  ServiceSigner(std::string deployment, Es256PrivateKey key, const Clock& clock)
      : deployment_(std::move(deployment)), key_(std::move(key)), clock_(clock) {}

  // A token that `callee`, a deployment, accepts; the same until it is renewed. INTERNAL when
  // OpenSSL fails.
  absl::StatusOr<std::string> TokenFor(std::string_view callee);

 private:
  struct Cached {
    std::string token;
    absl::Time expire_time;
  };

  const std::string deployment_;
  const Es256PrivateKey key_;
  const Clock& clock_;
  // By callee: as many as the contracts name.
  absl::flat_hash_map<std::string, Cached> tokens_;
};

// A person, as `tools/maru token` makes one.
struct Person {
  std::string subject;
  // "customer", in lower case.
  std::vector<std::string> roles;
  std::vector<std::string> store_ids;
};
// INTERNAL when OpenSSL fails.
absl::StatusOr<std::string> SignUserToken(const Es256PrivateKey& key, const Person& person,
                                          absl::Time now, absl::Duration ttl);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_IDENTITY_SIGNER_H_
