#include "common/rpc/identity/signer.h"

#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/rpc/identity/jwt.h"
#include "common/rpc/identity/key_files.h"

namespace maru::rpc {

absl::StatusOr<std::unique_ptr<ServiceSigner>> ServiceSigner::Load(const std::string& keys_folder,
                                                                   const std::string& deployment,
                                                                   const Clock& clock) {
  ASSIGN_OR_RETURN(Es256PrivateKey key, LoadPrivateKey(ServiceKeyFolder(keys_folder, deployment)));
  return std::make_unique<ServiceSigner>(deployment, std::move(key), clock);
}

absl::StatusOr<std::string> ServiceSigner::TokenFor(std::string_view callee) {
  const absl::Time now = clock_.WallNow();
  Cached& cached = tokens_[ToAbsl(callee)];
  // A calendar that was set back far makes a cached token look valid for too long, and one from the
  // future invalid.
  const absl::Duration left = cached.expire_time - now;
  if (!cached.token.empty() && left >= kRenewBefore && left <= kTtl) return cached.token;
  Claims claims;
  claims.issuer = kServiceIssuer;
  claims.subject = deployment_;
  claims.audiences = {std::string(callee)};
  claims.issue_time = now;
  claims.expire_time = now + kTtl;
  claims.roles = {"service"};
  ASSIGN_OR_RETURN(cached.token, MakeToken(claims, deployment_, key_));
  cached.expire_time = claims.expire_time;
  return cached.token;
}

absl::StatusOr<std::string> SignUserToken(const Es256PrivateKey& key, const Person& person,
                                          absl::Time now, absl::Duration ttl) {
  Claims claims;
  claims.issuer = kUserIssuer;
  claims.subject = person.subject;
  claims.audiences = {std::string(kUserAudience)};
  claims.issue_time = now;
  claims.expire_time = now + ttl;
  claims.roles = person.roles;
  claims.store_ids = person.store_ids;
  return MakeToken(claims, kUserKeyId, key);
}

}  // namespace maru::rpc
