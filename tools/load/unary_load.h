// Closed-loop load of unary calls: `callers` calls are in flight until the time is over.
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

struct UnaryLoad {
  std::string address;
  // "/package.Service/Method"
  std::string method;
  // The serialised request of the n-th call.
  std::function<std::string(uint64_t n)> request;
  std::vector<std::pair<std::string, std::string>> metadata;
  int callers = 100;
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
  std::string first_error;
  // CPU of this process while it measured.
  absl::Duration own_cpu;

  double OkPerSecond() const;
};

UnaryResult RunUnaryLoad(const UnaryLoad& load);

}  // namespace maru::load

#endif  // MARU_TOOLS_LOAD_UNARY_LOAD_H_
