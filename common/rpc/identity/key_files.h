// The folder of keys, made by `tools/maru up` for local runs and mounted from secrets elsewhere:
//
//   users/{private,public}.pem                    people's tokens; the private half stays with
//   `tools/maru token` services/<deployment>/{private,public}.pem    one per context; each reads
//   its own private half and all public ones
#ifndef MARU_COMMON_RPC_IDENTITY_KEY_FILES_H_
#define MARU_COMMON_RPC_IDENTITY_KEY_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/identity/es256.h"

namespace maru::rpc {

// "<keys>/users", "<keys>/services/<deployment>".
std::string UserKeyFolder(std::string_view keys_folder);
std::string ServiceKeyFolder(std::string_view keys_folder, std::string_view deployment);

// The deployments that have a folder of keys; none when the folder cannot be read.
std::vector<std::string> ServiceKeysIn(std::string_view keys_folder);

// Whether `name` can be a deployment: lower-case letters, digits and '-', at most 64. Also keeps
// names from tokens out of the rest of the file system.
bool IsDeploymentName(std::string_view name);

// Makes a key pair in `folder` (created if absent) unless there is one: private.pem is readable by
// its owner only. FAILED_PRECONDITION: only one half is there; INTERNAL: the folder cannot be
// written.
absl::Status EnsureKeyPair(const std::string& folder);

// NOT_FOUND, INVALID_ARGUMENT, naming the file.
absl::StatusOr<Es256PublicKey> LoadPublicKey(const std::string& folder);
absl::StatusOr<Es256PrivateKey> LoadPrivateKey(const std::string& folder);

// Where keys come from, by folder. Executor's thread only.
class KeySource {
 public:
  virtual ~KeySource() = default;
  // Errors as of LoadPublicKey and LoadPrivateKey.
  virtual absl::StatusOr<Es256PublicKey> PublicKey(const std::string& folder) = 0;
  virtual absl::StatusOr<Es256PrivateKey> PrivateKey(const std::string& folder) = 0;
};

// From the files, each time.
class KeyFiles final : public KeySource {
 public:
  absl::StatusOr<Es256PublicKey> PublicKey(const std::string& folder) override {
    return LoadPublicKey(folder);
  }
  absl::StatusOr<Es256PrivateKey> PrivateKey(const std::string& folder) override {
    return LoadPrivateKey(folder);
  }
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_IDENTITY_KEY_FILES_H_
