#include "common/saga/metrics.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"

namespace maru::saga {

namespace {

constexpr Outcome kOutcomes[] = {Outcome::kDone, Outcome::kRefused, Outcome::kUnsent,
                                 Outcome::kUnknown};

prometheus::Gauge& Gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const std::string& saga) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({{"saga", saga}});
}

std::string NameOfEnd(State state, Reason reason) {
  if (state == State::kDone) return "done";
  switch (reason) {
    case Reason::kRefused:
      return "refused";
    case Reason::kUnsent:
      return "unsent";
    case Reason::kTimedOut:
      return "timed_out";
    case Reason::kCanceled:
      return "canceled";
  }
  MARU_CHECK(false);
}

std::string KeyOf(std::string_view call, Outcome outcome) {
  return absl::StrCat(ToAbsl(call), "/", ToAbsl(NameOf(outcome)));
}

}  // namespace

SagaMetrics::SagaMetrics(prometheus::Registry& registry, const Declaration& saga)
    : pending(Gauge(registry, "maru_saga_pending", "Sagas that have not ended", saga.name)),
      compensating(Gauge(registry, "maru_saga_compensating",
                         "Sagas whose compensation is decided and not finished", saga.name)),
      oldest_seconds(Gauge(registry, "maru_saga_oldest_timestamp_seconds",
                           "When the oldest pending saga began; 0: none is pending", saga.name)),
      registry_(registry),
      saga_(saga.name) {
  auto& attempts = prometheus::BuildCounter()
                       .Name("maru_saga_attempts_total")
                       .Help("Calls made by sagas, by outcome")
                       .Register(registry_);
  for (const StepSpec& step : saga.steps) {
    for (const std::string& call : {step.name, step.undo_name, step.settle_name}) {
      if (call.empty()) continue;
      for (const Outcome outcome : kOutcomes) {
        counters_[KeyOf(call, outcome)] = &attempts.Add(
            {{"saga", saga_}, {"call", call}, {"outcome", std::string(NameOf(outcome))}});
      }
    }
  }
  auto& ended = prometheus::BuildCounter()
                    .Name("maru_saga_ended_total")
                    .Help("Sagas that ended, by how")
                    .Register(registry_);
  for (const Reason reason :
       {Reason::kRefused, Reason::kUnsent, Reason::kTimedOut, Reason::kCanceled}) {
    for (const State state : {State::kDone, State::kRejected}) {
      const std::string end = NameOfEnd(state, reason);
      counters_[end] = &ended.Add({{"saga", saga_}, {"end", end}});
    }
  }
}

void SagaMetrics::Ended(State state, Reason reason) {
  counters_.at(NameOfEnd(state, reason))->Increment();
}

void SagaMetrics::Attempted(std::string_view call, Outcome outcome) {
  counters_.at(KeyOf(call, outcome))->Increment();
}

}  // namespace maru::saga
