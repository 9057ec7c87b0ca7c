// For tests: the client side of a call that goes straight into another context's handler.
#ifndef MARU_SERVICES_TESTING_DIRECT_CALLER_H_
#define MARU_SERVICES_TESTING_DIRECT_CALLER_H_

#include <string>

#include "common/async/task.h"
#include "common/rpc/service.h"

namespace maru::testing {

// The callee sees the caller's own call. `callee` outlives the caller.
class DirectCaller final : public rpc::Caller {
 public:
  explicit DirectCaller(rpc::Service& callee) : callee_(callee) {}

  // From now on every call is refused as if the callee could not be reached: surely unsent.
  void SetDown(bool down) { down_ = down; }
  // From now on calls are lost before the callee has them; the outcome is unknown.
  void LoseRequests(bool lost) { lost_requests_ = lost; }
  // From now on calls take effect and their answers are lost: the outcome is unknown.
  void LoseAnswers(bool lost) { lost_ = lost; }
  // From now on calls go through `caller`, whatever is said above.
  void Through(rpc::Caller& caller) { through_ = &caller; }
  int calls() const { return calls_; }
  const rpc::Service& callee() const { return callee_; }

  async::Task<rpc::EncodedReply> Call(const rpc::CallContext& call, const rpc::MethodInfo& method,
                                      std::string message) override;

 private:
  rpc::Service& callee_;
  bool down_ = false;
  bool lost_requests_ = false;
  bool lost_ = false;
  rpc::Caller* through_ = nullptr;
  int calls_ = 0;
};

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_DIRECT_CALLER_H_
