// MethodInfo: the policy of a method, as generated from its contract. Constant data, shared by
// server and client.
#ifndef MARU_COMMON_RPC_METHOD_H_
#define MARU_COMMON_RPC_METHOD_H_

#include <string_view>

#include "absl/time/time.h"
#include "common/rpc/call_context.h"

namespace maru::rpc {

enum class MethodKind { kUnary, kServerStream, kBidiStream };

using Idempotency = options::v1::Idempotency;

struct MethodInfo {
  // "maru.datecourse.review.v1.ReviewService/WriteReview", without a leading slash.
  std::string_view full_name;
  // "WriteReview"
  std::string_view name;
  MethodKind kind;
  // Zero for streams without a limit.
  absl::Duration deadline;
  Roles roles;
  // Contexts that may call as ROLE_SERVICE: "review" (of the same system), or "*". Separated by
  // ','.
  std::string_view callers;
  Idempotency idempotency;
  // Empty: no breaker.
  std::string_view breaker_class;
  // Calls slower than this count as slow.
  absl::Duration breaker_slow;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_METHOD_H_
