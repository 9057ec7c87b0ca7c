// BreakingCaller: the client side of every call between contexts: deadline, identity, trace,
// breaker, retries.
//
// A caller above it sees two kinds of errors only: what the callee decided (its own status with
// details), and UNAVAILABLE/CALLEE_UNAVAILABLE with RetryInfo, where SurelyUnsent tells whether the
// callee surely did nothing. What is wrong with the callee or between the two (INTERNAL, a rejected
// token, a missing method, …) is of the second kind: it is no decision about the request and none
// of the user's business.
#ifndef MARU_MESH_BREAKER_CALLER_H_
#define MARU_MESH_BREAKER_CALLER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/base/random.h"
#include "common/rpc/service.h"
#include "common/rpc/transport.h"
#include "mesh/breaker/breaker.h"
#include "mesh/breaker/retry_budget.h"

namespace maru::breaker {

struct RetryOptions {
  // Tries of one call, the first included.
  int attempts = 3;
  // Retries earned by each call, and how many are saved up.
  double per_call = 0.1;
  double burst = 10;
  // Pause before the first retry; doubles; each is drawn from the upper half of it. A longer delay
  // that the callee asks for is kept instead.
  absl::Duration backoff_min = absl::Milliseconds(20);
  absl::Duration backoff_max = absl::Milliseconds(500);
};

struct CallerOptions {
  // What errors call the callee: the context ("schedule").
  std::string callee;
  // Kept back of the caller's own deadline, so that its answer still gets out.
  absl::Duration margin = absl::Milliseconds(20);
  // `slow` comes from each method's contract.
  BreakerOptions breaker;
  RetryOptions retry;
};

// Told what happens, for metrics and log. Must not call back.
class CallerObserver {
 public:
  virtual ~CallerObserver() = default;
  // One try was answered, or failed on the way.
  virtual void OnTry(const rpc::MethodInfo& method, const absl::Status& status,
                     absl::Duration took) = 0;
  // Nothing was sent: the breaker is open.
  virtual void OnRefused(const rpc::MethodInfo& method) = 0;
  virtual void OnRetry(const rpc::MethodInfo& method) = 0;
  // `name`: "<service>/<class>".
  virtual void OnBreaker(std::string_view name, State from, State to) = 0;
};

// Executor's thread only.
class BreakingCaller final : public rpc::Caller {
 public:
  // The token to call the callee with ("authorization: Bearer <token>"); asked for each try, so it
  // caches.
  using TokenSource = std::function<absl::StatusOr<std::string>()>;

  // All references outlive the caller; its tasks must not.
  BreakingCaller(CallerOptions options, rpc::Channel& channel, TokenSource token,
                 async::Executor& executor, Random& random, CallerObserver& observer);

  async::Task<rpc::EncodedReply> Call(const rpc::CallContext& call, const rpc::MethodInfo& method,
                                      std::string message) override;

  // State of every breaker that was needed so far, by name.
  struct Status {
    std::string name;
    State state;
    Breaker::Counts counts;
    absl::Duration retry_after;
  };
  std::vector<Status> breakers() const;

 private:
  // How one try ended.
  struct Try;

  async::Task<Try> TryOnce(const rpc::CallContext& call, const rpc::MethodInfo& method,
                           std::string message, Instant deadline);
  // Reads kind, delay and retry off the reply.
  static void Judge(Try& tried);
  rpc::CallOptions OptionsFor(const rpc::CallContext& call, std::string token,
                              Instant deadline) const;
  Instant DeadlineOf(const rpc::CallContext& call, const rpc::MethodInfo& method) const;
  absl::Duration Backoff(int retry);
  absl::Status Unavailable(absl::Duration retry_delay, bool unsent) const;
  // nullptr when the contract names no class.
  Breaker* BreakerOf(const rpc::MethodInfo& method);

  const CallerOptions options_;
  rpc::Channel& channel_;
  const TokenSource token_;
  async::Executor& executor_;
  Random& random_;
  CallerObserver& observer_;
  RetryBudget budget_;
  absl::btree_map<std::string, std::unique_ptr<Breaker>> breakers_;
  // MethodInfos are constants of generated code.
  absl::flat_hash_map<const rpc::MethodInfo*, Breaker*> by_method_;
};

}  // namespace maru::breaker

#endif  // MARU_MESH_BREAKER_CALLER_H_
