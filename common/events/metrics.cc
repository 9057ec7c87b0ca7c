#include "common/events/metrics.h"

namespace maru::events {

namespace {

using Labels = prometheus::Labels;

prometheus::Gauge& Gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const Labels& labels = {}) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Counter& Counter(prometheus::Registry& registry, const char* name, const char* help,
                             const Labels& labels = {}) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

prometheus::Histogram& CommitSize(prometheus::Registry& registry, const Labels& labels) {
  return prometheus::BuildHistogram()
      .Name("maru_events_commit_size")
      .Help("Events per commit of a subscription")
      .Register(registry)
      .Add(labels, prometheus::Histogram::BucketBoundaries{1, 4, 16, 64, 256});
}

}  // namespace

RelayMetrics::RelayMetrics(prometheus::Registry& registry)
    : waiting(Gauge(registry, "maru_outbox_events", "Events that wait for the broker")),
      oldest_seconds(Gauge(registry, "maru_outbox_oldest_timestamp_seconds",
                           "When the oldest waiting event was noticed; 0: none waits")),
      published(
          Counter(registry, "maru_outbox_published_total", "Events that the broker has durably")),
      errors(Counter(registry, "maru_outbox_errors_total", "Failures while publishing")),
      stopped(Gauge(registry, "maru_outbox_stopped",
                    "1: store and broker disagree about history; an operator is needed")) {}

SubscriberMetrics::SubscriberMetrics(prometheus::Registry& registry,
                                     const std::string& subscription,
                                     const std::vector<std::string>& topics)
    : SubscriberMetrics(registry, Labels{{"subscription", subscription}}) {
  for (const std::string& topic : topics) {
    lag[topic] = &Gauge(registry, "maru_events_lag", "Records behind the end of the topic",
                        {{"subscription", subscription}, {"topic", topic}});
  }
}

SubscriberMetrics::SubscriberMetrics(prometheus::Registry& registry, const Labels& labels)
    : applied(Counter(registry, "maru_events_applied_total", "Events that took effect", labels)),
      unknown(Counter(registry, "maru_events_unknown_total", "Events of unknown type", labels)),
      repeated(Counter(registry, "maru_events_repeated_total", "Events that came again", labels)),
      failed(Counter(registry, "maru_events_failed_total", "Handler calls that failed", labels)),
      queued(Counter(registry, "maru_events_queued_total", "Events parked behind another", labels)),
      dead(Counter(registry, "maru_events_dead_total", "Events given up for an operator", labels)),
      pauses(
          Counter(registry, "maru_events_pauses_total", "Commits that the store refused", labels)),
      parked(Gauge(registry, "maru_events_parked", "Events that are parked", labels)),
      gaps(Gauge(registry, "maru_events_gaps", "Partitions that stand at a gap", labels)),
      stopped(
          Gauge(registry, "maru_events_stopped", "1: the broker refuses the subscription", labels)),
      commit_size(CommitSize(registry, labels)) {}

}  // namespace maru::events
