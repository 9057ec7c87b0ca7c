// Plain gRPC calls over generic stubs: what a client of any language would see of a server, with
// nothing of the runtime in between that could hide a fault.
#ifndef MARU_TESTS_HARNESS_CLIENT_H_
#define MARU_TESTS_HARNESS_CLIENT_H_

#include <grpcpp/generic/generic_stub.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "tests/workload/api.h"

namespace maru::harness {

// Tests name what they share with the workload (calls, outcomes, methods) as if it were here.
using namespace workload;  // NOLINT(google-build-using-namespace)

// What those who called a server went through.
struct Availability {
  // Calls that the server did not answer: nobody listened, it went away, the deadline passed.
  uint64_t unanswered = 0;
  // The longest time without an answer although somebody called: from the first call that was not
  // answered to the next answer.
  absl::Duration longest_outage;
};

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

  // Whether the health service says SERVING now. No part of `availability`.
  bool Serving();

  Availability availability() const;

 private:
  Outcome Send(std::string_view path, const std::string& request, const CallOptions& options,
               std::string* reply);
  void Count(const Outcome& outcome);

  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
  mutable Mutex mutex_;
  Availability availability_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_answer_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::optional<absl::Time> silent_since_ ABSL_GUARDED_BY(mutex_);
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
