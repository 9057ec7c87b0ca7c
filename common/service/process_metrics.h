// ProcessMetrics: what the kernel says about this process, under the names that Prometheus clients
// agree on.
#ifndef MARU_COMMON_SERVICE_PROCESS_METRICS_H_
#define MARU_COMMON_SERVICE_PROCESS_METRICS_H_

#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

namespace maru::service {

// Thread-safe; reads /proc/self when it is collected. What cannot be read is left out.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_PROCESS_METRICS_H_
