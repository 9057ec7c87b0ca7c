// Somebody who calls a running system under a token of their own.
#ifndef MARU_TESTS_WORKLOAD_ACTOR_H_
#define MARU_TESTS_WORKLOAD_ACTOR_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/workload/api.h"

namespace maru::workload {

// A random UUID (RFC 4122, version 4), for a command's request_id.
std::string NewRequestId(Random& random);

// Whether nobody knows yet what the call did, or it surely did nothing and may succeed later: to be
// repeated with the same request_id.
bool IsOpen(const Outcome& outcome);

// Whether the server may be at work on the call, now or later: an open outcome that does not come
// from the contract. The request may still be under way; a second try does not call it back.
bool MayStillHappen(const Outcome& outcome);

// Between two tries of one call; twice as long each time.
inline constexpr absl::Duration kFirstRetryPause = absl::Milliseconds(20);
inline constexpr absl::Duration kLongestRetryPause = absl::Seconds(1);

// How long a command is repeated.
struct Patience {
  // From its first try; then nobody knows what it did.
  absl::Duration within = absl::Seconds(60);
  // Tries, when every one of them surely did nothing (RESOURCE_EXHAUSTED, a callee that is down).
  int certain_tries = 3;
};

// What came of a command after as many tries as it took.
template <typename Reply>
struct Insisted : Result<Reply> {
  // When the first try began.
  Instant began;
  // Nobody knows what it did or will yet do: no try was answered for good, or it was refused while
  // an earlier try, which may come after the refusal, got no answer. Success is never uncertain:
  // the request_id makes every other try a repeat.
  bool uncertain = false;
};

// The tasks are finished before the actor and its Api are destroyed.
class Actor {
 public:
  // `store_ids`: of an owner.
  Actor(Api& api, const std::string& role, std::string subject,
        const std::vector<std::string>& store_ids = {})
      : api_(api), subject_(std::move(subject)), token_(api.Token(role, subject_, store_ids)) {}

  const std::string& subject() const { return subject_; }
  const std::string& token() const { return token_; }
  Api& api() const { return api_; }

  // One call, one try.
  template <typename Request, typename Reply>
  async::Task<Result<Reply>> Call(Method<Request, Reply> method, Request request,
                                  CallOptions options = CallOptions()) const {
    options.token = token_;
    return workload::Call(api_, method, std::move(request), std::move(options));
  }

  // The same request until its outcome is known or `patience` is over: what a careful caller does
  // with a command that has a request_id, whatever happens to the server meanwhile.
  template <typename Request, typename Reply>
  async::Task<Insisted<Reply>> Insist(Method<Request, Reply> method, Request request,
                                      Patience patience = Patience()) const {
    async::Executor& executor = api_.executor();
    Insisted<Reply> insisted;
    insisted.began = executor.Now();
    const Instant until = insisted.began + patience.within;
    absl::Duration pause = kFirstRetryPause;
    for (int tries = 1;; ++tries) {
      static_cast<Result<Reply>&>(insisted) = co_await Call(method, request);
      if (insisted.ok()) {
        insisted.uncertain = false;
        co_return insisted;
      }
      if (MayStillHappen(insisted)) insisted.uncertain = true;
      const bool enough = !insisted.uncertain && tries >= patience.certain_tries;
      if (!IsOpen(insisted) || enough || executor.Now() >= until) co_return insisted;
      co_await executor.Sleep(pause);
      pause = std::min(2 * pause, kLongestRetryPause);
    }
  }

 private:
  Api& api_;
  const std::string subject_;
  const std::string token_;
};

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_ACTOR_H_
