// Load of unary calls: `callers` calls are in flight until the time is over, or, with a rate, as
// many calls start as it says.
#ifndef MARU_TOOLS_LOAD_UNARY_LOAD_H_
#define MARU_TOOLS_LOAD_UNARY_LOAD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tools/load/histogram.h"

namespace maru::load {

using Metadata = std::vector<std::pair<std::string, std::string>>;

struct UnaryLoad {
  std::string address;
  // "/package.Service/Method"
  std::string method;
  // The serialised request of the n-th call.
  std::function<std::string(uint64_t n)> request;
  // The metadata of the n-th call is that of n modulo their number; none when empty.
  std::vector<Metadata> metadata;
  int callers = 100;
  // Calls to start each second, at even distances and whether or not earlier ones have ended, as
  // long as no more than `callers` are in flight. 0: each caller starts its next call when the last
  // one has ended.
  double rate = 0;
  int connections = 1;
  absl::Duration duration = absl::Seconds(5);
  // Calls that start before are not counted.
  absl::Duration warm_up = absl::Seconds(1);
  absl::Duration deadline = absl::Seconds(5);
};

struct UnaryResult {
  Histogram latency;
  absl::Duration measured;
  // Calls by gRPC code; 0 is OK.
  std::map<int, uint64_t> codes;
  // Successful calls from first to last, the warm-up included: what CPU time of servers is divided
  // by.
  uint64_t all_ok = 0;
  std::string first_error;
  // CPU of this process while it measured.
  absl::Duration own_cpu;

  double OkPerSecond() const;
};

UnaryResult RunUnaryLoad(const UnaryLoad& load);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_UNARY_LOAD_H_
