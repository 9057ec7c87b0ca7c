// RetryBudget: how many retries the calls to one target may have, so that retries do not bring down
// what is struggling.
#ifndef MARU_MESH_BREAKER_RETRY_BUDGET_H_
#define MARU_MESH_BREAKER_RETRY_BUDGET_H_

#include <algorithm>

namespace maru::breaker {

// Not thread-safe.
class RetryBudget {
 public:
  // Each call earns `per_call` of a retry; at most `burst` retries are saved up. Starts full.
  RetryBudget(double per_call, double burst) : per_call_(per_call), burst_(burst), tokens_(burst) {}

  void Earn() { tokens_ = std::min(burst_, tokens_ + per_call_); }
  // Takes one retry; false when there is none.
  bool Spend() {
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  const double per_call_;
  const double burst_;
  double tokens_;
};

}  // namespace maru::breaker

#endif  // MARU_MESH_BREAKER_RETRY_BUDGET_H_
