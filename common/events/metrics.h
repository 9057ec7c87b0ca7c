// Metrics of the relay and of subscriptions.
#ifndef MARU_COMMON_EVENTS_METRICS_H_
#define MARU_COMMON_EVENTS_METRICS_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/labels.h"
#include "prometheus/registry.h"

namespace maru::events {

// All are made at construction; updating one is an atomic addition. The registry outlives them.
struct RelayMetrics {
  explicit RelayMetrics(prometheus::Registry& registry);

  prometheus::Gauge& waiting;         // maru_outbox_events
  prometheus::Gauge& oldest_seconds;  // maru_outbox_oldest_timestamp_seconds; 0: none waits
  prometheus::Counter& published;     // maru_outbox_published_total
  prometheus::Counter& errors;        // maru_outbox_errors_total
  prometheus::Gauge& stopped;         // maru_outbox_stopped; 1: an operator is needed
};

struct SubscriberMetrics {
  // `subscription`: "policies", "view@2".
  SubscriberMetrics(prometheus::Registry& registry, const std::string& subscription,
                    const std::vector<std::string>& topics);

  prometheus::Counter& applied;   // maru_events_applied_total
  prometheus::Counter& unknown;   // maru_events_unknown_total
  prometheus::Counter& repeated;  // maru_events_repeated_total
  prometheus::Counter& failed;    // maru_events_failed_total
  prometheus::Counter& queued;    // maru_events_queued_total
  prometheus::Counter& dead;      // maru_events_dead_total
  prometheus::Counter& pauses;    // maru_events_pauses_total
  prometheus::Gauge& parked;      // maru_events_parked
  prometheus::Gauge& gaps;        // maru_events_gaps
  prometheus::Gauge& stopped;     // maru_events_stopped; 1: the broker refuses this subscription
  prometheus::Histogram& commit_size;  // maru_events_commit_size
  // By topic: maru_events_lag.
  absl::btree_map<std::string, prometheus::Gauge*> lag;

 private:
  SubscriberMetrics(prometheus::Registry& registry, const prometheus::Labels& labels);
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_METRICS_H_
