// A running system as its clients see it: calls, tokens, time and chance. The workload and the
// checkers are written against this alone, so that the same code drives real processes
// (tests/harness) and a simulated system (tests/simulation).
#ifndef MARU_TESTS_WORKLOAD_API_H_
#define MARU_TESTS_WORKLOAD_API_H_

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "google/rpc/error_details.pb.h"

namespace maru::workload {

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
// The error for a caller that can only pass it on; `outcome` must be one.
absl::Status ToStatus(const Outcome& outcome);

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

// What is wrong with a token that must be refused.
enum class Forgery { kOtherAudience, kExpired, kOtherKey, kUnsigned, kPersonAsService };
inline constexpr size_t kForgeries = 5;

// Used on the thread of its executor only. Must outlive every task that was given it.
class Api {
 public:
  virtual ~Api() = default;

  // One unary call, one try. `reply` is the serialised reply of a call that succeeded.
  // `deployment`, `path`, `request` and `reply` must live until the task is finished.
  virtual async::Task<Outcome> Call(std::string_view deployment, std::string_view path,
                                    const std::string& request, CallOptions options,
                                    std::string* reply) = 0;
  // One call whose replies are a stream: takes all of it, until the server or the timeout ends it.
  virtual async::Task<Outcome> CallStream(std::string_view deployment, std::string_view path,
                                          const std::string& request, CallOptions options,
                                          std::vector<std::string>* replies) = 0;

  // A user's token: valid throughout, for a role in lower case ("customer") and any subject; an
  // owner's names its stores.
  virtual std::string Token(const std::string& role, const std::string& subject,
                            const std::vector<std::string>& store_ids) = 0;

  // One that no server may take (forgery.h makes them).
  virtual std::string ForgedToken(Forgery forgery) = 0;

  // The deployments of contexts, the broker not among them.
  virtual const std::vector<std::string>& contexts() const = 0;

  // Whether every process surely ran and reached every other from `since` until now: only then is a
  // refusal for a passing reason (UNAVAILABLE, DEADLINE_EXCEEDED) a fault of the system. False
  // where nobody can tell.
  virtual bool CalmSince(Instant since) const = 0;

  // Whether an event may fail although nothing is wrong with it, and is parked: an operator has to
  // see to it, and a position shows less than it promises. Where not, a parked event is a fault of
  // the system.
  virtual bool MayPark() const { return false; }

  // Time, for sleeping and for patience.
  virtual async::Executor& executor() = 0;
  // Every choice of the workload comes from here.
  virtual Random& random() = 0;
};

// As Api::Call, typed. A reply that cannot be decoded is INTERNAL. `api` must live until the task
// is finished.
template <typename Request, typename Reply>
async::Task<Result<Reply>> Call(Api& api, Method<Request, Reply> method, Request request,
                                CallOptions options) {
  Result<Reply> result;
  const std::string bytes = request.SerializeAsString();
  std::string reply;
  static_cast<Outcome&>(result) =
      co_await api.Call(method.deployment, method.path, bytes, std::move(options), &reply);
  if (result.ok() && !result.reply.ParseFromString(reply)) {
    result.code = absl::StatusCode::kInternal;
    result.message = "the reply cannot be decoded";
  }
  co_return result;
}

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_API_H_
