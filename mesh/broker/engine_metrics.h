// EngineMetrics: what the log's engine says of itself, read when somebody asks.
#ifndef MARU_MESH_BROKER_ENGINE_METRICS_H_
#define MARU_MESH_BROKER_ENGINE_METRICS_H_

#include <vector>

#include "common/base/mutex.h"
#include "common/store/backend.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

namespace maru::broker {

// maru_broker_compaction_debt_bytes. Thread-safe.
class EngineMetrics final : public prometheus::Collectable {
 public:
  // From now on `engine` is asked; null: nothing is. It must outlive the next call of Watch.
  void Watch(const maru::store::Backend* engine);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable Mutex mutex_;
  const maru::store::Backend* engine_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_ENGINE_METRICS_H_
