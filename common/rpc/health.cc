#include "common/rpc/health.h"

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"
#include "common/rpc/bound_method.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constinit const MethodInfo kCheck = {
    .full_name = "grpc.health.v1.Health/Check",
    .name = "Check",
    .kind = MethodKind::kUnary,
    .deadline = absl::Seconds(5),
    .roles = {options::v1::ROLE_OPEN},
    .callers = "",
    .idempotency = options::v1::IDEMPOTENCY_QUERY,
    .breaker_class = "",
    .breaker_slow = absl::ZeroDuration(),
};

constinit const MethodInfo kWatch = {
    .full_name = "grpc.health.v1.Health/Watch",
    .name = "Watch",
    .kind = MethodKind::kServerStream,
    .deadline = absl::ZeroDuration(),
    .roles = {options::v1::ROLE_OPEN},
    .callers = "",
    .idempotency = options::v1::IDEMPOTENCY_QUERY,
    .breaker_class = "",
    .breaker_slow = absl::ZeroDuration(),
};

std::vector<std::unique_ptr<BoundMethod>> MethodsOf(Health& health) {
  std::vector<std::unique_ptr<BoundMethod>> methods;
  methods.push_back(Bind(kCheck, health, &Health::Check));
  methods.push_back(Bind(kWatch, health, &Health::Watch));
  return methods;
}

}  // namespace

Health::Health(async::Executor& executor, std::vector<std::string> services)
    : services_(services.begin(), services.end()), changed_(executor), methods_(MethodsOf(*this)) {}

void Health::SetServing(bool serving) {
  if (serving_ == serving || stopping_) return;
  serving_ = serving;
  changed_.NotifyAll();
}

void Health::Shutdown() {
  serving_ = false;
  stopping_ = true;
  changed_.NotifyAll();
}

bool Health::Knows(std::string_view service) const {
  return service.empty() || services_.contains(ToAbsl(service));
}

HealthCheckResponse::ServingStatus Health::StateOf(std::string_view service) const {
  if (!Knows(service)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

async::Task<absl::StatusOr<HealthCheckResponse>> Health::Check(const CallContext&,
                                                               const HealthCheckRequest& request) {
  if (!Knows(request.service())) {
    co_return options::v1::errors::NotFound("service", request.service());
  }
  HealthCheckResponse reply;
  reply.set_status(StateOf(request.service()));
  co_return reply;
}

async::Task<absl::Status> Health::Watch(const CallContext&, const HealthCheckRequest& request,
                                        StreamWriter<HealthCheckResponse>& writer) {
  HealthCheckResponse reply;
  reply.set_status(StateOf(request.service()));
  while (true) {
    CO_RETURN_IF_ERROR(co_await writer.Write(reply));
    // A state that came and went while the write was under way is not worth telling.
    while (reply.status() == StateOf(request.service())) {
      if (stopping_) co_return options::v1::errors::NotServing();
      co_await changed_.Wait();
    }
    reply.set_status(StateOf(request.service()));
  }
}

}  // namespace maru::rpc
