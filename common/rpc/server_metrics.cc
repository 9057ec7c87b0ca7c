#include "common/rpc/server_metrics.h"

#include "common/base/strings.h"

namespace maru::rpc {

namespace {

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

size_t IndexOf(absl::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kCodeNames.size() ? index : static_cast<size_t>(absl::StatusCode::kUnknown);
}

// From a read out of memory to the longest deadlines.
const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

}  // namespace

std::string_view CodeName(absl::StatusCode code) { return kCodeNames[IndexOf(code)]; }

ServerMetrics::ServerMetrics(prometheus::Registry& registry)
    : calls_(prometheus::BuildCounter()
                 .Name("maru_rpc_server_calls_total")
                 .Help("Calls finished, by method and code")
                 .Register(registry)),
      duration_(prometheus::BuildHistogram()
                    .Name("maru_rpc_server_duration_seconds")
                    .Help("From the arrival of the request to its answer")
                    .Register(registry)),
      in_flight_(prometheus::BuildGauge()
                     .Name("maru_rpc_server_in_flight")
                     .Help("Calls being served")
                     .Register(registry)) {}

MethodMetrics::MethodMetrics(ServerMetrics& all, std::string_view method)
    : all_(all),
      method_(method),
      duration_(all.duration_.Add({{"method", method_}}, kBuckets)),
      in_flight_(all.in_flight_.Add({{"method", method_}})) {}

void MethodMetrics::Finished(absl::StatusCode code, absl::Duration duration) {
  prometheus::Counter*& calls = calls_[IndexOf(code)];
  if (calls == nullptr)
    calls = &all_.calls_.Add({{"method", method_}, {"code", std::string(CodeName(code))}});
  calls->Increment();
  duration_.Observe(absl::ToDoubleSeconds(duration));
  in_flight_.Decrement();
}

}  // namespace maru::rpc
