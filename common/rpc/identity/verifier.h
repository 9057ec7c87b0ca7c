// Verifier: who may call this deployment, by token (design.md, "identity").
//
// Two issuers. People's tokens (`maru-users`) are for audience "maru" and carry any role but
// service. Contexts' tokens
// (`maru-services`) are for one callee, are signed with the key of their subject, and carry the
// role service alone. The algorithm is fixed by the key: ES256, whatever a header says.
#ifndef MARU_COMMON_RPC_IDENTITY_VERIFIER_H_
#define MARU_COMMON_RPC_IDENTITY_VERIFIER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/base/clock.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/identity/es256.h"
#include "common/rpc/identity/jwt.h"
#include "common/rpc/identity/key_files.h"

namespace maru::rpc {

struct VerifierOptions {
  // See key_files.h.
  std::string keys_folder;
  // This deployment: the audience that contexts' tokens must name.
  std::string deployment;
  // Verified tokens that are remembered until they expire.
  size_t max_cached = 10'000;
  // How far the clocks of issuer and verifier may be apart.
  absl::Duration leeway = absl::Seconds(5);
};

// Executor's thread only.
class Verifier final : public Authenticator {
 public:
  // `clock` outlives the verifier.
  Verifier(VerifierOptions options, const Clock& clock)
      : Verifier(std::move(options), clock, std::make_unique<KeyFiles>()) {}
  Verifier(VerifierOptions options, const Clock& clock, std::unique_ptr<KeySource> key_source)
      : options_(std::move(options)), clock_(clock), key_source_(std::move(key_source)) {
    ReadKeys();
  }

  absl::StatusOr<Authenticated> Authenticate(std::string_view token) override;

  // Tokens that are remembered now.
  size_t cached() const { return by_token_.size(); }

 private:
  struct Slot {
    std::string token;
    Authenticated authenticated;
    // Used since the hand of the clock last passed.
    bool used = false;
  };

  absl::StatusOr<Authenticated> Verify(std::string_view token);
  // Where the key is that a token must be signed with, by its issuer and `kid`.
  absl::StatusOr<std::string> KeyFolderOf(const ParsedToken& token) const;
  bool SignedWith(const std::string& folder, const ParsedToken& token) const;
  absl::Status CheckSignature(const ParsedToken& token);
  void ReadKeys();
  absl::Status CheckTimes(const Claims& claims) const;
  absl::StatusOr<Identity> IdentityOf(const Claims& claims) const;
  bool MayReload();
  void Remember(std::string_view token, const Authenticated& authenticated);
  Slot& FreeSlot();

  const VerifierOptions options_;
  const Clock& clock_;
  const std::unique_ptr<KeySource> key_source_;
  // Public keys read so far, by folder. Bounded by the deployments that there are.
  absl::flat_hash_map<std::string, Es256PublicKey> keys_;
  // Keys are read again for a token that does not fit, at most once a second: rotation and new
  // deployments need no restart, and forged tokens cost no file access each.
  std::optional<Instant> last_reload_;
  // Cache, replaced by the clock algorithm. The map's keys are the slots' tokens.
  std::deque<Slot> slots_;
  size_t hand_ = 0;
  absl::flat_hash_map<absl::string_view, Slot*> by_token_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_IDENTITY_VERIFIER_H_
