// Metrics of one saga.
#ifndef MARU_COMMON_SAGA_METRICS_H_
#define MARU_COMMON_SAGA_METRICS_H_

#include <string>
#include <string_view>

#include "absl/container/btree_map.h"
#include "common/saga/declaration.h"
#include "common/saga/outcome.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace maru::saga {

// All are made at construction; updating one is an atomic addition. The registry outlives them.
class SagaMetrics {
 public:
  SagaMetrics(prometheus::Registry& registry, const Declaration& saga);

  prometheus::Gauge& pending;         // maru_saga_pending
  prometheus::Gauge& compensating;    // maru_saga_compensating
  prometheus::Gauge& oldest_seconds;  // maru_saga_oldest_timestamp_seconds; 0: none is pending

  // maru_saga_ended_total, by `end`: done, or why it was rejected. `reason`: of a rejected one.
  void Ended(State state, Reason reason);
  // maru_saga_attempts_total, by `call` and `outcome`.
  void Attempted(std::string_view call, Outcome outcome);

 private:
  prometheus::Registry& registry_;
  const std::string saga_;
  absl::btree_map<std::string, prometheus::Counter*> counters_;
};

}  // namespace maru::saga

#endif  // MARU_COMMON_SAGA_METRICS_H_
