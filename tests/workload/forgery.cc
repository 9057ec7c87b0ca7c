#include "tests/workload/forgery.h"

#include "common/base/status.h"
#include "common/rpc/identity/jwt.h"

namespace maru::workload {

absl::StatusOr<std::string> Forge(Forgery forgery, const rpc::Es256PrivateKey& users,
                                  const rpc::Es256PrivateKey& other, absl::Time now) {
  rpc::Claims claims;
  claims.issuer = rpc::kUserIssuer;
  claims.audiences = {std::string(rpc::kUserAudience)};
  claims.subject = "mallory";
  claims.roles = {"customer"};
  claims.issue_time = now;
  claims.expire_time = now + absl::Hours(1);
  switch (forgery) {
    case Forgery::kOtherAudience:
      claims.audiences = {"elsewhere"};
      break;
    case Forgery::kExpired:
      // Longer ago than any clock may be wrong.
      claims.expire_time = now - absl::Hours(24);
      break;
    case Forgery::kPersonAsService:
      claims.subject = "datecourse-review";
      claims.roles = {"service"};
      break;
    case Forgery::kOtherKey:
    case Forgery::kUnsigned:
      break;
  }
  ASSIGN_OR_RETURN(
      std::string token,
      rpc::MakeToken(claims, rpc::kUserKeyId, forgery == Forgery::kOtherKey ? other : users));
  if (forgery == Forgery::kUnsigned) token.resize(token.rfind('.') + 1);
  return token;
}

}  // namespace maru::workload
