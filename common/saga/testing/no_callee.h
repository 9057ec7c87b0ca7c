// For tests: the callee of sagas that are declared and never run.
#ifndef MARU_COMMON_SAGA_TESTING_NO_CALLEE_H_
#define MARU_COMMON_SAGA_TESTING_NO_CALLEE_H_

#include <string>

#include "common/rpc/service.h"

namespace maru::saga::testing {

class NoCallee final : public rpc::Caller {
 public:
  async::Task<rpc::EncodedReply> Call(const rpc::CallContext&, const rpc::MethodInfo&,
                                      std::string) override {
    co_return absl::UnimplementedError("no callee");
  }
};

}  // namespace maru::saga::testing

#endif  // MARU_COMMON_SAGA_TESTING_NO_CALLEE_H_
