#include "mesh/broker/engine_metrics.h"

#include <utility>

namespace maru::broker {

void EngineMetrics::Watch(const maru::store::Backend* engine) {
  const MutexLock lock(mutex_);
  engine_ = engine;
}

std::vector<prometheus::MetricFamily> EngineMetrics::Collect() const {
  const MutexLock lock(mutex_);
  if (engine_ == nullptr) return {};
  prometheus::ClientMetric debt;
  debt.gauge.value = static_cast<double>(engine_->DebtBytes());
  prometheus::MetricFamily family;
  family.name = "maru_broker_compaction_debt_bytes";
  family.help = "Bytes that the log's engine has yet to rewrite in the background";
  family.type = prometheus::MetricType::Gauge;
  family.metric.push_back(std::move(debt));
  return {std::move(family)};
}

}  // namespace maru::broker
