// Authenticator: from a bearer token to the identity that it proves. common/rpc/identity has the
// production one.
#ifndef MARU_COMMON_RPC_AUTHENTICATOR_H_
#define MARU_COMMON_RPC_AUTHENTICATOR_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_context.h"

namespace maru::rpc {

struct Authenticated {
  std::shared_ptr<const Identity> identity;
  // By the calendar; from then on the token proves nothing.
  absl::Time expire_time;
};

// Executor's thread only.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // UNAUTHENTICATED/UNAUTHENTICATED: the token proves nothing; its metadata `cause` says which
  // check failed.
  virtual absl::StatusOr<Authenticated> Authenticate(std::string_view token) = 0;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_AUTHENTICATOR_H_
