// Plain gRPC calls over generic stubs: what a client of any language would see of a server, with
// nothing of the runtime in between that could hide a fault.
#ifndef MARU_TESTS_HARNESS_CLIENT_H_
#define MARU_TESTS_HARNESS_CLIENT_H_

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/workload/api.h"

namespace maru::harness {

// Tests name what they share with the workload (calls, outcomes, methods) as if it were here.
using namespace workload;  // NOLINT(google-build-using-namespace)

// One connection to one server. Reconnects within 100 ms of a failed attempt; never waits for the
// server to come up. Thread-safe.
class Client {
 public:
  explicit Client(const std::string& address);

  // One unary call. `reply` is the serialised reply of a call that succeeded.
  Outcome Call(std::string_view path, const std::string& request, const CallOptions& options,
               std::string* reply);

  // One call whose replies are a stream; takes all of it.
  Outcome CallStream(std::string_view path, const std::string& request, const CallOptions& options,
                     std::vector<std::string>* replies);

  // Whether the health service says SERVING now.
  bool Serving();

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

// As Client::Call, typed. A reply that cannot be decoded is INTERNAL.
template <typename Request, typename Reply>
Result<Reply> Call(Client& client, const Method<Request, Reply>& method, const Request& request,
                   const CallOptions& options) {
  Result<Reply> result;
  std::string reply;
  static_cast<Outcome&>(result) =
      client.Call(method.path, request.SerializeAsString(), options, &reply);
  if (result.ok() && !result.reply.ParseFromString(reply)) {
    result.code = absl::StatusCode::kInternal;
    result.message = "the reply cannot be decoded";
  }
  return result;
}

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_CLIENT_H_
