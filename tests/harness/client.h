// Plain gRPC calls over generic stubs: what a client of any language would see of a server, with
// nothing of the runtime in between that could hide a fault.
#ifndef MARU_TESTS_HARNESS_CLIENT_H_
#define MARU_TESTS_HARNESS_CLIENT_H_

#include <grpcpp/generic/generic_stub.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"

namespace maru::harness {

struct CallOptions {
  // A JWT; empty: none is sent.
  std::string token;
  // Goes out as metadata `maru-position`; empty: none is sent.
  std::string position;
  absl::Duration timeout = absl::Seconds(5);
};

// How a call ended, details decoded.
struct Outcome {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  std::optional<absl::Duration> retry_delay;
  // Trailing metadata `retry-after`, seconds; empty when absent.
  std::string retry_after;
  // Metadata `maru-position`; empty when absent.
  std::string position;
  // From the call's start to its end, as the client saw it.
  absl::Duration took;

  bool ok() const { return code == absl::StatusCode::kOk; }
  const std::string& reason() const { return info.reason(); }
  // Whether BadRequest names the field.
  bool Names(std::string_view field) const;
};

// "UNAVAILABLE/CALLEE_UNAVAILABLE schedule is not available (12ms)"
std::string Describe(const Outcome& outcome);
std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

template <typename Reply>
struct Result : Outcome {
  Reply reply;
};

// A method and who serves it.
template <typename RequestType, typename ReplyType>
struct Method {
  using Request = RequestType;
  using Reply = ReplyType;

  // "datecourse-schedule"
  std::string_view deployment;
  // "/maru.datecourse.schedule.v1.ScheduleService/GetSchedule"
  std::string_view path;
};

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
