#include "common/rpc/health.h"

#include <algorithm>

#include "common/base/status.h"
#include "common/rpc/bound_method.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

namespace {

// The vendored contract has no policy options.
constexpr MethodInfo kCheck = {.full_name = "grpc.health.v1.Health/Check",
                               .name = "Check",
                               .kind = MethodKind::kUnary,
                               .deadline = absl::Seconds(1),
                               .roles = {options::v1::ROLE_OPEN},
                               .callers = "",
                               .idempotency = options::v1::IDEMPOTENCY_QUERY,
                               .breaker_class = "",
                               .breaker_slow = absl::ZeroDuration()};
constexpr MethodInfo kWatch = {.full_name = "grpc.health.v1.Health/Watch",
                               .name = "Watch",
                               .kind = MethodKind::kServerStream,
                               .deadline = absl::ZeroDuration(),
                               .roles = {options::v1::ROLE_OPEN},
                               .callers = "",
                               .idempotency = options::v1::IDEMPOTENCY_QUERY,
                               .breaker_class = "",
                               .breaker_slow = absl::ZeroDuration()};

}  // namespace

HealthService::HealthService(async::Executor& executor) : changed_(executor) {
  methods_.push_back(Bind<HealthService, Request, Response>(kCheck, *this, &HealthService::Check));
  methods_.push_back(Bind<HealthService, Request, Response>(kWatch, *this, &HealthService::Watch));
}

void HealthService::SetServing(bool serving) {
  serving_ = serving && !stopping_;
  changed_.NotifyAll();
}

void HealthService::Shutdown() {
  stopping_ = true;
  SetServing(false);
}

HealthService::Response::ServingStatus HealthService::StatusOf(std::string_view service) const {
  const bool known = service.empty() || std::find(services_.begin(), services_.end(), service) != services_.end();
  if (!known) return Response::SERVICE_UNKNOWN;
  return serving_ ? Response::SERVING : Response::NOT_SERVING;
}

async::Task<absl::StatusOr<HealthService::Response>> HealthService::Check(const CallContext&, const Request& request) {
  const Response::ServingStatus status = StatusOf(request.service());
  if (status == Response::SERVICE_UNKNOWN) co_return options::v1::errors::NotFound("service", request.service());
  Response response;
  response.set_status(status);
  co_return response;
}

async::Task<absl::Status> HealthService::Watch(const CallContext&, const Request& request,
                                               StreamWriter<Response>& writer) {
  Response response;
  bool told = false;
  while (true) {
    const Response::ServingStatus status = StatusOf(request.service());
    if (!told || status != response.status()) {
      told = true;
      response.set_status(status);
      CO_RETURN_IF_ERROR(co_await writer.Write(response));
      continue;  // it may have changed meanwhile
    }
    if (stopping_) co_return options::v1::errors::NotServing();
    co_await changed_.Wait();
  }
}

}  // namespace maru::rpc
