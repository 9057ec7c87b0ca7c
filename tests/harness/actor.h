// Somebody who calls real processes under a token of their own, and waits for each answer: what a
// test does by itself, beside a load.
#ifndef MARU_TESTS_HARNESS_ACTOR_H_
#define MARU_TESTS_HARNESS_ACTOR_H_

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "tests/harness/client.h"
#include "tests/harness/system.h"
#include "tests/workload/actor.h"

namespace maru::harness {

// A random UUID, for a command's request_id.
std::string NewRequestId();

// Pauses between two tries of one call.
void PauseBeforeRetry();

// Thread-safe.
class Actor {
 public:
  // `store_ids`: an owner's stores.
  Actor(System& system, std::string role, std::string subject,
        const std::vector<std::string>& store_ids = {})
      : system_(system),
        role_(std::move(role)),
        subject_(std::move(subject)),
        token_(system.Token(role_, subject_, store_ids)) {}

  const std::string& role() const { return role_; }
  const std::string& subject() const { return subject_; }
  const std::string& token() const { return token_; }
  System& system() const { return system_; }

  // One call, one try.
  template <typename Request, typename Reply>
  Result<Reply> Call(const Method<Request, Reply>& method, const Request& request,
                     CallOptions options = {}) const {
    options.token = token_;
    return harness::Call(system_.client(method.deployment), method, request, options);
  }

  // The same request until its outcome is known, or `within` has passed: what a careful caller does
  // with a command that has a request_id, whatever happens to the server meanwhile.
  template <typename Request, typename Reply>
  Result<Reply> Insist(const Method<Request, Reply>& method, const Request& request,
                       absl::Duration within = absl::Seconds(60)) const {
    const absl::Time until = absl::Now() + within;
    while (true) {
      Result<Reply> result = Call(method, request);
      if (!IsOpen(result) || absl::Now() > until) return result;
      PauseBeforeRetry();
    }
  }

 private:
  System& system_;
  const std::string role_;
  const std::string subject_;
  const std::string token_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_HARNESS_ACTOR_H_
