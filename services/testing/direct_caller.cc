#include "services/testing/direct_caller.h"

#include <memory>
#include <utility>

#include "common/base/status.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::testing {

async::Task<rpc::EncodedReply> DirectCaller::Call(const rpc::CallContext& call,
                                                  const rpc::MethodInfo& method,
                                                  std::string message) {
  ++calls_;
  if (through_ != nullptr) co_return co_await through_->Call(call, method, std::move(message));
  const absl::Status unavailable = options::v1::errors::CalleeUnavailable(callee_.full_name());
  if (down_) co_return rpc::MarkUnsent(unavailable);
  if (lost_requests_) co_return unavailable;
  for (const auto& bound : callee_.methods()) {
    if (bound->info().full_name != method.full_name) continue;
    const std::unique_ptr<google::protobuf::Message> request = bound->NewRequest();
    MARU_CHECK(request->ParseFromString(message));
    rpc::EncodedReply reply = co_await bound->Unary(call, *request);
    if (lost_) co_return unavailable;
    co_return reply;
  }
  CheckFailed(__FILE__, __LINE__, "the callee has no such method");
}

}  // namespace maru::testing
