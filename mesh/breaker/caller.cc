#include "mesh/breaker/caller.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/async/rare.h"
#include "common/base/strings.h"
#include "common/rpc/error.h"
#include "common/rpc/position.h"
#include "maru/event/v1/event.pb.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::breaker {

using absl::StatusCode;
using rpc::CallContext;
using rpc::EncodedReply;
using rpc::MethodInfo;

struct BreakingCaller::Try {
  enum class Kind {
    kDecided,    // by the callee: OK or its own error
    kUntouched,  // the callee surely did nothing
    kUnknown,    // it may have done what was asked
  };
  Kind kind;
  rpc::Reply reply;
  // What the callee asks to wait; zero when it does not say.
  absl::Duration retry_delay;
  bool may_retry = false;
};

namespace {

constexpr absl::Duration kDefaultRetryDelay = absl::Seconds(1);

// What a status says about the target's health (design.md, "breaker").
Outcome OutcomeOf(const absl::Status& status, bool had_time) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kDataLoss:
      return Outcome::kFailure;
    case StatusCode::kDeadlineExceeded:
      return had_time ? Outcome::kFailure : Outcome::kUncounted;
    case StatusCode::kCancelled:
    // It sheds load, which is working, but no sign that more load would be welcome.
    case StatusCode::kResourceExhausted:
      return Outcome::kUncounted;
    default:
      return Outcome::kSuccess;
  }
}

bool MayRepeat(const CallContext& call, const MethodInfo& method) {
  switch (method.idempotency) {
    case options::v1::IDEMPOTENCY_QUERY:
    case options::v1::IDEMPOTENCY_BUSINESS_KEY:
      return true;
    case options::v1::IDEMPOTENCY_REQUEST_ID:
      return !call.request_id.empty();
    default:
      return false;
  }
}

void LearnPosition(const CallContext& call, const rpc::Metadata& metadata) {
  const std::optional<std::string_view> encoded = metadata.Find("maru-position");
  if (!encoded.has_value()) return;
  // A position only serves to wait for what was published: one that cannot be read is as good as
  // none.
  const absl::StatusOr<event::v1::Position> position = rpc::DecodePosition(*encoded);
  if (position.ok()) call.Published(*position);
}

// What is heard of a call whose connection broke before its end.
rpc::Reply Lost() { return {absl::UnavailableError("connection reset by peer"), {}, {}}; }

}  // namespace

BreakingCaller::BreakingCaller(CallerOptions options, rpc::Channel& channel, TokenSource token,
                               async::Executor& executor, Random& random, CallerObserver& observer)
    : options_(std::move(options)),
      channel_(channel),
      token_(std::move(token)),
      executor_(executor),
      random_(random),
      observer_(observer),
      budget_(options_.retry.per_call, options_.retry.burst) {}

async::Task<EncodedReply> BreakingCaller::Call(const CallContext& call, const MethodInfo& method,
                                               std::string message) {
  const Instant deadline = DeadlineOf(call, method);
  const int attempts = MayRepeat(call, method) ? options_.retry.attempts : 1;
  budget_.Earn();
  // A later try that is surely unsent does not undo an earlier one that may have arrived.
  bool untouched = true;
  for (int attempt = 1;; ++attempt) {
    std::string copy = message;
    Try tried = co_await TryOnce(call, method, std::move(copy), deadline);
    if (tried.kind == Try::Kind::kDecided) {
      if (!tried.reply.status.ok()) co_return std::move(tried.reply.status);
      co_return std::move(tried.reply.message);
    }
    untouched = untouched && tried.kind == Try::Kind::kUntouched;
    const absl::Duration pause = std::max(Backoff(attempt), tried.retry_delay);
    if (!tried.may_retry || attempt >= attempts || executor_.Now() + pause >= deadline ||
        !budget_.Spend()) {
      co_return Unavailable(tried.retry_delay, untouched);
    }
    observer_.OnRetry(method);
    co_await executor_.Sleep(pause);
  }
}

async::Task<BreakingCaller::Try> BreakingCaller::TryOnce(const CallContext& call,
                                                         const MethodInfo& method,
                                                         std::string message, Instant deadline) {
  Try tried{.kind = Try::Kind::kUntouched, .reply = {}, .retry_delay = {}, .may_retry = false};
  const Instant started = executor_.Now();
  if (started >= deadline) co_return tried;
  Breaker* const breaker = BreakerOf(method);
  std::optional<Breaker::Permit> permit;
  if (breaker != nullptr) {
    permit = breaker->TryAcquire();
    if (!permit.has_value()) {
      observer_.OnRefused(method);
      tried.retry_delay = breaker->RetryAfter();
      co_return tried;
    }
  }
  absl::StatusOr<std::string> token = token_();
  if (!token.ok()) {
    observer_.OnTry(method, token.status(), absl::ZeroDuration());
    co_return tried;
  }
  rpc::CallOptions options = OptionsFor(call, *std::move(token), deadline);
  if (executor_.Rarely(async::Rare::kLostReply)) {
    tried.reply = Lost();
  } else {
    tried.reply = co_await channel_.Call(method.full_name, std::move(message), std::move(options));
  }
  const absl::Status& status = tried.reply.status;
  if (!rpc::SurelyUnsent(status) && executor_.Rarely(async::Rare::kLostReply)) tried.reply = Lost();

  // A timeout tells something about the callee only when it had a fair share of its own deadline.
  const absl::Duration fair =
      method.breaker_slow > absl::ZeroDuration() ? method.breaker_slow : method.deadline;
  if (permit.has_value()) permit->Finish(OutcomeOf(status, deadline - started >= fair));
  observer_.OnTry(method, status, executor_.Now() - started);
  LearnPosition(call, tried.reply.metadata);
  Judge(tried);
  co_return tried;
}

void BreakingCaller::Judge(Try& tried) {
  const absl::Status& status = tried.reply.status;
  tried.retry_delay = rpc::RetryDelayOf(status).value_or(absl::ZeroDuration());
  const std::string reason = rpc::ReasonOf(status);
  switch (status.code()) {
    case StatusCode::kUnavailable:
      tried.kind = rpc::SurelyUnsent(status) || reason == "NOT_SERVING" ? Try::Kind::kUntouched
                                                                        : Try::Kind::kUnknown;
      // Whoever answers CALLEE_UNAVAILABLE has retried already: one layer retries.
      tried.may_retry = reason != "CALLEE_UNAVAILABLE";
      break;
    case StatusCode::kResourceExhausted:
      // With a reason the callee's runtime refused before it did anything; without, gRPC found a
      // reply too large.
      tried.kind = reason.empty() ? Try::Kind::kUnknown : Try::Kind::kUntouched;
      tried.may_retry = !reason.empty();
      break;
    case StatusCode::kUnauthenticated:
    case StatusCode::kUnimplemented:
      tried.kind = Try::Kind::kUntouched;
      break;
    case StatusCode::kPermissionDenied:
      tried.kind = reason == "ROLE_REQUIRED" ? Try::Kind::kUntouched : Try::Kind::kDecided;
      break;
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kCancelled:
    case StatusCode::kInternal:
    case StatusCode::kUnknown:
    case StatusCode::kDataLoss:
      tried.kind = Try::Kind::kUnknown;
      break;
    default:
      tried.kind = Try::Kind::kDecided;
  }
}

rpc::CallOptions BreakingCaller::OptionsFor(const CallContext& call, std::string token,
                                            Instant deadline) const {
  rpc::CallOptions options;
  options.deadline = deadline;
  options.metadata.Add("authorization", absl::StrCat("Bearer ", token));
  // The callee makes its span a child of this call's.
  options.metadata.Add("traceparent", call.trace.Traceparent());
  // "-bin": a subject is any text, other metadata is ASCII.
  options.metadata.Add("maru-actor-bin", call.actor);
  if (!call.request_id.empty()) options.metadata.Add("maru-request-id", call.request_id);
  return options;
}

Instant BreakingCaller::DeadlineOf(const CallContext& call, const MethodInfo& method) const {
  const Instant inherited = call.deadline - options_.margin;
  if (method.deadline == absl::ZeroDuration()) return inherited;
  return std::min(inherited, executor_.Now() + method.deadline);
}

absl::Duration BreakingCaller::Backoff(int retry) {
  absl::Duration backoff = options_.retry.backoff_min;
  for (int i = 1; i < retry && backoff < options_.retry.backoff_max; ++i) backoff *= 2;
  return std::min(backoff, options_.retry.backoff_max) * (0.5 + 0.5 * random_.Uniform());
}

absl::Status BreakingCaller::Unavailable(absl::Duration retry_delay, bool unsent) const {
  absl::Status status = options::v1::errors::CalleeUnavailable(options_.callee);
  if (retry_delay <= absl::ZeroDuration()) retry_delay = kDefaultRetryDelay;
  google::rpc::RetryInfo retry;
  google::protobuf::Duration& delay = *retry.mutable_retry_delay();
  delay.set_seconds(absl::IDivDuration(retry_delay, absl::Seconds(1), &retry_delay));
  delay.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(retry_delay)));
  rpc::SetDetail(status, retry);
  return unsent ? rpc::MarkUnsent(std::move(status)) : status;
}

Breaker* BreakingCaller::BreakerOf(const MethodInfo& method) {
  const auto known = by_method_.find(&method);
  if (known != by_method_.end()) return known->second;
  Breaker* breaker = nullptr;
  if (!method.breaker_class.empty()) {
    const std::string_view service = method.full_name.substr(0, method.full_name.find('/'));
    std::string name = absl::StrCat(ToAbsl(service), "/", ToAbsl(method.breaker_class));
    std::unique_ptr<Breaker>& slot = breakers_[name];
    if (slot == nullptr) {
      BreakerOptions options = options_.breaker;
      options.slow = method.breaker_slow;
      slot = std::make_unique<Breaker>(
          options, executor_, random_,
          [this, name](State from, State to) { observer_.OnBreaker(name, from, to); });
    }
    breaker = slot.get();
  }
  by_method_.emplace(&method, breaker);
  return breaker;
}

std::vector<BreakingCaller::Status> BreakingCaller::breakers() const {
  std::vector<Status> all;
  for (const auto& [name, breaker] : breakers_) {
    all.push_back({name, breaker->state(), breaker->counts(), breaker->RetryAfter()});
  }
  return all;
}

}  // namespace maru::breaker
