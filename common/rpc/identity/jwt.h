// JSON Web Tokens (RFC 7519, compact form, ES256), as far as Maru uses them.
#ifndef MARU_COMMON_RPC_IDENTITY_JWT_H_
#define MARU_COMMON_RPC_IDENTITY_JWT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/identity/es256.h"

namespace maru::rpc {

// Claim `iss` of people's tokens and of contexts' tokens.
inline constexpr std::string_view kUserIssuer = "maru-users";
inline constexpr std::string_view kServiceIssuer = "maru-services";
// Claim `aud` of people's tokens; a context's token names the callee's deployment instead.
inline constexpr std::string_view kUserAudience = "maru";
// Header `kid` of people's tokens; a context's token names its own deployment.
inline constexpr std::string_view kUserKeyId = "users";
// Longer tokens are refused unread.
inline constexpr size_t kMaxTokenBytes = 8192;

struct Claims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;
  absl::Time expire_time = absl::InfiniteFuture();
  std::optional<absl::Time> not_before;
  std::optional<absl::Time> issue_time;
  std::vector<std::string> roles;
  std::vector<std::string> store_ids;
};

// A token taken apart, nothing verified yet. Views refer to the token.
struct ParsedToken {
  std::string algorithm;
  std::string key_id;
  // "<header>.<payload>", what the signature is over.
  std::string_view signed_part;
  std::string signature;
  Claims claims;
};

// INVALID_ARGUMENT with a short cause: too long, not three parts, not base64url, not JSON, a claim
// of the wrong type, `sub` or `exp` missing, critical extensions.
absl::StatusOr<ParsedToken> ParseToken(std::string_view token);

// INTERNAL when OpenSSL fails.
absl::StatusOr<std::string> MakeToken(const Claims& claims, std::string_view key_id,
                                      const Es256PrivateKey& key);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_IDENTITY_JWT_H_
