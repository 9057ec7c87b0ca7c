// What generated clients are made of.
#ifndef MARU_COMMON_RPC_CLIENT_H_
#define MARU_COMMON_RPC_CLIENT_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/service.h"

namespace maru::rpc {

// Calls and decodes. Errors are those of Caller::Call; INTERNAL when the reply is no Reply (the
// callee then may have done what was asked). `caller`, `call` and `method` outlive the task.
template <class Reply>
async::Task<absl::StatusOr<Reply>> CallUnary(Caller& caller, const CallContext& call,
                                             const MethodInfo& method, std::string message) {
  const EncodedReply encoded = co_await caller.Call(call, method, std::move(message));
  if (!encoded.ok()) co_return encoded.status();
  absl::StatusOr<Reply> reply(absl::in_place);
  if (!reply->ParseFromString(*encoded)) {
    co_return absl::InternalError(
        absl::StrCat("the reply of ", ToAbsl(method.full_name), " cannot be decoded"));
  }
  co_return reply;
}

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_CLIENT_H_
