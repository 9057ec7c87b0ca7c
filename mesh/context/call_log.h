// CallLog: calls to one other context, in metrics and log.
#ifndef MARU_MESH_CONTEXT_CALL_LOG_H_
#define MARU_MESH_CONTEXT_CALL_LOG_H_

#include <array>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "common/base/log.h"
#include "mesh/breaker/caller.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace maru::mesh {

// maru_rpc_client_calls_total{callee,method,code}, maru_rpc_client_duration_seconds{callee,method},
// maru_rpc_client_refused_total{callee,method} (breaker open),
// maru_rpc_client_retries_total{callee,method}, maru_breaker_state{callee,class} (0 closed, 1
// half-open, 2 open). A change of a breaker is a line of the log.
class CallLog final : public breaker::CallerObserver {
 public:
  // Both outlive it.
  CallLog(std::string callee, prometheus::Registry& registry, Logger& logger);

  void OnTry(const rpc::MethodInfo& method, const absl::Status& status,
             absl::Duration took) override;
  void OnRefused(const rpc::MethodInfo& method) override;
  void OnRetry(const rpc::MethodInfo& method) override;
  void OnBreaker(std::string_view name, breaker::State from, breaker::State to) override;

 private:
  static constexpr size_t kCodes = 17;
  // Looked up once per method: a call costs no labels.
  struct OfMethod {
    std::array<prometheus::Counter*, kCodes> by_code{};
    prometheus::Histogram* seconds;
    prometheus::Counter* refused;
    prometheus::Counter* retries;
  };
  OfMethod& Of(const rpc::MethodInfo& method);

  const std::string callee_;
  Logger& logger_;
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Family<prometheus::Counter>& refused_;
  prometheus::Family<prometheus::Counter>& retries_;
  prometheus::Family<prometheus::Gauge>& states_;
  absl::flat_hash_map<const rpc::MethodInfo*, OfMethod> methods_;
};

}  // namespace maru::mesh

#endif  // MARU_MESH_CONTEXT_CALL_LOG_H_
