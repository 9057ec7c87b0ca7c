// Metrics of calls served, for Prometheus:
//   maru_rpc_server_calls_total{method,code}       finished calls; code is gRPC's, "OK",
//   "NOT_FOUND", … maru_rpc_server_duration_seconds{method}       histogram
//   maru_rpc_server_in_flight{method}
#ifndef MARU_COMMON_RPC_SERVER_METRICS_H_
#define MARU_COMMON_RPC_SERVER_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace maru::rpc {

// "OK", "NOT_FOUND": the name of a code, as gRPC spells it.
std::string_view CodeName(absl::StatusCode code);

class ServerMetrics;

// The metrics of one method, looked up once. Executor's thread only.
class MethodMetrics {
 public:
  void Started() { in_flight_.Increment(); }
  void Finished(absl::StatusCode code, absl::Duration duration);

 private:
  friend class ServerMetrics;
  MethodMetrics(ServerMetrics& all, std::string_view method);

  ServerMetrics& all_;
  const std::string method_;
  prometheus::Histogram& duration_;
  prometheus::Gauge& in_flight_;
  // By code; made when the code first occurs, so that a scrape is not full of zeros.
  std::array<prometheus::Counter*, 17> calls_{};
};

// `registry` outlives it.
class ServerMetrics {
 public:
  explicit ServerMetrics(prometheus::Registry& registry);
  ServerMetrics(const ServerMetrics&) = delete;
  ServerMetrics& operator=(const ServerMetrics&) = delete;

  // The metrics outlive nothing but this object.
  MethodMetrics ForMethod(std::string_view method) { return MethodMetrics(*this, method); }

 private:
  friend class MethodMetrics;
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& duration_;
  prometheus::Family<prometheus::Gauge>& in_flight_;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SERVER_METRICS_H_
