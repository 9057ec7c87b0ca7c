#include "mesh/context/call_log.h"

#include <utility>

#include "common/base/strings.h"
#include "common/rpc/error.h"

namespace maru::mesh {

namespace {

double ValueOf(breaker::State state) {
  switch (state) {
    case breaker::State::kClosed:
      return 0;
    case breaker::State::kHalfOpen:
      return 1;
    case breaker::State::kOpen:
      return 2;
  }
  return 2;
}

const prometheus::Histogram::BucketBoundaries kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,   0.25,   0.5,   1,    2.5};

}  // namespace

CallLog::CallLog(std::string callee, prometheus::Registry& registry, Logger& logger)
    : callee_(std::move(callee)),
      logger_(logger),
      calls_(prometheus::BuildCounter()
                 .Name("maru_rpc_client_calls_total")
                 .Help("Tries of calls to other contexts that were answered or failed on the way")
                 .Register(registry)),
      seconds_(prometheus::BuildHistogram()
                   .Name("maru_rpc_client_duration_seconds")
                   .Help("How long they took")
                   .Register(registry)),
      refused_(prometheus::BuildCounter()
                   .Name("maru_rpc_client_refused_total")
                   .Help("Calls that an open breaker kept back")
                   .Register(registry)),
      retries_(prometheus::BuildCounter()
                   .Name("maru_rpc_client_retries_total")
                   .Help("Calls that were tried again")
                   .Register(registry)),
      states_(prometheus::BuildGauge()
                  .Name("maru_breaker_state")
                  .Help("0 closed, 1 half-open, 2 open")
                  .Register(registry)) {}

void CallLog::OnTry(const rpc::MethodInfo& method, const absl::Status& status,
                    absl::Duration took) {
  OfMethod& of = Of(method);
  const auto code = static_cast<size_t>(status.code());
  prometheus::Counter*& counter =
      of.by_code[code < kCodes ? code : static_cast<size_t>(absl::StatusCode::kUnknown)];
  if (counter == nullptr) {
    counter = &calls_.Add({{"callee", callee_},
                           {"method", std::string(method.full_name)},
                           {"code", absl::StatusCodeToString(status.code())}});
  }
  counter->Increment();
  of.seconds->Observe(absl::ToDoubleSeconds(took));
  if (!status.ok() && logger_.Enabled(LogLevel::kDebug)) {
    logger_.Debug("call failed", {{"callee", callee_},
                                  {"method", method.full_name},
                                  {"reason", rpc::ReasonOf(status)},
                                  {"status", status.ToString()}});
  }
}

void CallLog::OnRefused(const rpc::MethodInfo& method) { Of(method).refused->Increment(); }

void CallLog::OnRetry(const rpc::MethodInfo& method) { Of(method).retries->Increment(); }

void CallLog::OnBreaker(std::string_view name, breaker::State from, breaker::State to) {
  states_.Add({{"callee", callee_}, {"class", std::string(name)}}).Set(ValueOf(to));
  logger_.Log(to == breaker::State::kOpen ? LogLevel::kWarning : LogLevel::kInfo, "breaker", {},
              {{"callee", callee_}, {"class", name}, {"from", Name(from)}, {"to", Name(to)}});
}

CallLog::OfMethod& CallLog::Of(const rpc::MethodInfo& method) {
  const auto known = methods_.find(&method);
  if (known != methods_.end()) return known->second;
  const prometheus::Labels labels = {{"callee", callee_},
                                     {"method", std::string(method.full_name)}};
  OfMethod of;
  of.seconds = &seconds_.Add(labels, kSeconds);
  of.refused = &refused_.Add(labels);
  of.retries = &retries_.Add(labels);
  return methods_.emplace(&method, of).first->second;
}

}  // namespace maru::mesh
