#include "common/rpc/dispatcher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/base/utf8.h"
#include "common/rpc/error.h"
#include "common/rpc/position.h"
#include "common/rpc/trace.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {

namespace {

namespace errors = options::v1::errors;
using google::protobuf::Message;

constexpr std::string_view kPositionKey = "maru-position";
constexpr std::string_view kActorKey = "maru-actor-bin";
constexpr size_t kMaxActorBytes = 256;
constexpr std::string_view kRequestIdKey = "maru-request-id";
constexpr std::string_view kTraceIdKey = "maru-trace-id";

// Roles of people.
constexpr Roles kPeople = {options::v1::ROLE_ANY,       options::v1::ROLE_CUSTOMER,
                           options::v1::ROLE_HOST,      options::v1::ROLE_CLEANER,
                           options::v1::ROLE_LIBRARIAN, options::v1::ROLE_OWNER,
                           options::v1::ROLE_RIDER,     options::v1::ROLE_ADMIN};

// "customer, host": what a refused actor is told.
std::string NamesOf(Roles roles) {
  std::vector<std::string> names;
  for (int value = options::v1::Role_MIN; value <= options::v1::Role_MAX; ++value) {
    const auto role = static_cast<Role>(value);
    if (!options::v1::Role_IsValid(value) || !roles.Has(role)) continue;
    names.push_back(absl::AsciiStrToLower(
        options::v1::Role_Name(role).substr(std::string_view("ROLE_").size())));
  }
  return absl::StrJoin(names, ", ");
}

// "Bearer <token>"; the scheme in any case (RFC 9110 section 11.1).
std::optional<std::string_view> BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(ToAbsl(authorization), ToAbsl(kScheme))) return std::nullopt;
  return authorization.substr(kScheme.size());
}

// Whether metadata can carry it: ids are echoed to the caller.
bool IsEchoable(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
}

// Faults of this context: the caller learns that there was one, the log learns the rest.
bool IsUnexpected(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnknown:
      return true;
    case absl::StatusCode::kInternal:
      return !ErrorInfoOf(status).has_value();
    default:
      return false;
  }
}

// Awaits `task` on behalf of somebody who also watches the clock.
async::Task<void> Keep(async::Task<absl::Status> task, std::optional<absl::Status>& result,
                       async::Signal& ended) {
  result = co_await std::move(task);
  ended.NotifyAll();
}

// Metadata for the caller beside the status.
template <class Add>
void AddMetadata(const absl::Status& status, const CallContext& call, Add add) {
  if (std::string position = EncodePosition(call.published()); !position.empty())
    add(kPositionKey, std::move(position));
  if (IsEchoable(call.request_id)) add(kRequestIdKey, call.request_id);
  if (!status.ok()) add(kTraceIdKey, call.trace.trace_id);
}

}  // namespace

struct Dispatcher::Method {
  BoundMethod& bound;
  MethodMetrics metrics;
  // Deployments that may call as ROLE_SERVICE.
  std::vector<std::string> callers;
  bool any_caller = false;

  const MethodInfo& info() const { return bound.info(); }
  bool is_open() const { return info().roles.Has(options::v1::ROLE_OPEN); }
};

struct Dispatcher::Headers {
  explicit Headers(const Metadata& metadata) {
    for (const auto& [key, value] : metadata.entries()) {
      if (key == "authorization") {
        authorization = value;
      } else if (key == "traceparent") {
        traceparent = value;
      } else if (key == kActorKey) {
        actor = value;
      } else if (key == kPositionKey) {
        position = value;
      } else if (key == kRequestIdKey) {
        request_id = value;
      }
    }
  }

  // Refer to the Inbound.
  std::string_view authorization;
  std::string_view traceparent;
  std::string_view actor;
  std::string_view position;
  std::string_view request_id;
};

class Dispatcher::Ongoing {
 public:
  // `method` is null when unknown.
  Ongoing(Dispatcher& dispatcher, Method* called, size_t& in_flight)
      : method(called),
        start(dispatcher.parts_.executor.Now()),
        dispatcher_(dispatcher),
        in_flight_(in_flight) {
    if (IsCounted()) ++in_flight_;
    metrics().Started();
  }
  ~Ongoing() {
    if (IsCounted()) --in_flight_;
    // Destroyed in the middle: the caller has gone, or the server stops.
    if (!finished_) Finish(absl::StatusCode::kCancelled);
  }
  Ongoing(const Ongoing&) = delete;
  Ongoing& operator=(const Ongoing&) = delete;

  void Finish(absl::StatusCode code) {
    finished_ = true;
    duration = dispatcher_.parts_.executor.Now() - start;
    metrics().Finished(code, duration);
  }
  bool IsAbove(size_t limit) const { return IsCounted() && in_flight_ > limit; }

  Method* const method;
  const Instant start;
  absl::Duration duration;

 private:
  bool IsCounted() const { return method == nullptr || !method->is_open(); }
  MethodMetrics& metrics() {
    return method == nullptr ? dispatcher_.unknown_metrics_ : method->metrics;
  }

  Dispatcher& dispatcher_;
  size_t& in_flight_;
  bool finished_ = false;
};

class Dispatcher::Watch {
 public:
  // `method` may be any: only those that EndWatches ends are listed.
  Watch(Dispatcher& dispatcher, const Method* method, async::Signal& ended)
      : dispatcher_(dispatcher), ended_(ended), listed_(IsEndless(method)) {
    if (listed_) dispatcher_.watches_.push_back(&ended_);
  }
  ~Watch() {
    if (listed_) std::erase(dispatcher_.watches_, &ended_);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  bool must_end() const { return listed_ && dispatcher_.stopping_; }

 private:
  static bool IsEndless(const Method* method) {
    return method != nullptr && !method->is_open() &&
           method->info().kind == MethodKind::kServerStream &&
           method->info().deadline == absl::ZeroDuration();
  }

  Dispatcher& dispatcher_;
  async::Signal& ended_;
  const bool listed_;
};

Dispatcher::Dispatcher(DispatcherOptions options, DispatcherParts parts)
    : options_(std::move(options)),
      parts_(parts),
      metrics_(parts.registry),
      unknown_metrics_(metrics_.ForMethod("unknown")),
      nobody_(std::make_shared<const Identity>()) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Register(Service& service) {
  service_names_.emplace_back(service.full_name());
  for (const std::unique_ptr<BoundMethod>& bound : service.methods()) {
    const MethodInfo& info = bound->info();
    auto method =
        std::make_unique<Method>(Method{*bound, metrics_.ForMethod(info.full_name), {}, false});
    for (const absl::string_view caller :
         absl::StrSplit(ToAbsl(info.callers), ',', absl::SkipWhitespace())) {
      method->any_caller |= caller == "*";
      method->callers.push_back(
          absl::StrCat(options_.system, "-", absl::StripAsciiWhitespace(caller)));
    }
    const bool is_new = methods_.emplace(ToAbsl(info.full_name), std::move(method)).second;
    MARU_CHECK(is_new);
  }
}

Dispatcher::Method* Dispatcher::Find(std::string_view name) const {
  const auto found = methods_.find(ToAbsl(name));
  return found == methods_.end() ? nullptr : found->second.get();
}

bool Dispatcher::IsStream(std::string_view method) const {
  const Method* found = Find(method);
  return found != nullptr && found->info().kind != MethodKind::kUnary;
}

async::Task<Reply> Dispatcher::OnUnary(const Inbound& inbound, std::string_view message) {
  Ongoing ongoing(*this, Find(inbound.method), unary_in_flight_);
  const Headers headers(inbound.metadata);
  CallContext call;
  Instant expiry;
  Reply reply;
  std::unique_ptr<Message> request;
  bool replayed = false;

  reply.status = Admit(ongoing, headers, inbound, call, expiry);
  if (reply.status.ok()) {
    absl::StatusOr<std::unique_ptr<Message>> accepted =
        Accept(*ongoing.method, headers, message, call);
    if (accepted.ok()) request = *std::move(accepted);
    reply.status = accepted.status();
  }
  if (reply.status.ok() && call.idempotency.has_value() && parts_.replay != nullptr) {
    absl::StatusOr<std::optional<Recorded>> recorded =
        co_await parts_.replay->Find(*call.idempotency);
    if (!recorded.ok()) {
      reply.status = std::move(recorded).status();
    } else if (recorded->has_value()) {
      replayed = true;
      call.Published((*recorded)->position);
      reply.status = std::move((*recorded)->status);
      reply.message = std::move((*recorded)->reply);
    }
  }
  if (reply.status.ok() && !replayed) {
    EncodedReply encoded = co_await ongoing.method->bound.Unary(call, *request);
    reply.status = encoded.status();
    if (encoded.ok()) reply.message = *std::move(encoded);
  }
  reply.status = Conclude(std::move(reply.status), inbound, call, ongoing);
  AddMetadata(reply.status, call, [&reply](std::string_view key, std::string value) {
    reply.metadata.Add(key, std::move(value));
  });
  co_return reply;
}

async::Task<absl::Status> Dispatcher::OnStream(const Inbound& inbound, ServerStream& stream) {
  Ongoing ongoing(*this, Find(inbound.method), streams_in_flight_);
  const Headers headers(inbound.metadata);
  CallContext call;
  Instant expiry = Instant::InfiniteFuture();

  absl::Status status = Admit(ongoing, headers, inbound, call, expiry);
  if (status.ok()) {
    // The handler ends by itself, at its deadline, with its token, or with the server; in all but
    // the first case its frame is destroyed.
    const Instant until = std::min(expiry, call.deadline);
    std::optional<absl::Status> result;
    async::Signal ended(parts_.executor);
    const Watch watch(*this, ongoing.method, ended);
    async::Scope scope;
    scope.Spawn(Keep(ServeStream(*ongoing.method, headers, call, stream), result, ended));
    while (!result.has_value()) {
      if (watch.must_end()) {
        scope.CancelAll();
        result = errors::NotServing();
        break;
      }
      const bool notified = co_await ended.WaitUntil(until);
      if (notified || result.has_value()) continue;
      scope.CancelAll();
      result = expiry <= call.deadline
                   ? errors::Unauthenticated("expired")
                   : absl::DeadlineExceededError("the stream has reached its deadline");
    }
    status = *std::move(result);
  }
  status = Conclude(std::move(status), inbound, call, ongoing);
  AddMetadata(status, call, [&stream](std::string_view key, std::string value) {
    stream.AddTrailing(key, std::move(value));
  });
  co_return status;
}

void Dispatcher::EndWatches() {
  stopping_ = true;
  for (async::Signal* watch : watches_) watch->NotifyAll();
}

async::Task<absl::Status> Dispatcher::ServeStream(const Method& method, const Headers& headers,
                                                  CallContext& call, ServerStream& stream) {
  if (method.info().kind == MethodKind::kBidiStream) {
    CO_ASSIGN_OR_RETURN(call.wanted, DecodePosition(headers.position));
    co_return co_await method.bound.Stream(call, nullptr, stream);
  }
  CO_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, co_await stream.Read());
  if (!bytes.has_value()) co_return errors::Malformed();
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request,
                      Accept(method, headers, *bytes, call));
  co_return co_await method.bound.Stream(call, request.get(), stream);
}

absl::Status Dispatcher::Admit(const Ongoing& ongoing, const Headers& headers,
                               const Inbound& inbound, CallContext& call, Instant& expiry) {
  call.trace = StartSpan(headers.traceparent, parts_.random);
  call.identity = nobody_;
  if (ongoing.method == nullptr) {
    call.method = inbound.method;
    return errors::UnknownMethod(inbound.method);
  }
  const Method& method = *ongoing.method;
  const bool is_unary = method.info().kind == MethodKind::kUnary;
  call.method = method.info().full_name;
  if (ongoing.IsAbove(is_unary ? options_.max_unary : options_.max_streams))
    return errors::Overloaded();
  RETURN_IF_ERROR(Authenticate(method, headers, call, expiry));
  if (!MayCall(method, *call.identity)) return errors::RoleRequired(NamesOf(method.info().roles));

  call.deadline = inbound.deadline;
  if (method.info().deadline > absl::ZeroDuration()) {
    call.deadline = std::min(call.deadline, ongoing.start + method.info().deadline);
  }
  call.actor = call.identity->subject;
  if (call.identity->Is(options::v1::ROLE_SERVICE)) {
    // A context acts for a user and within the user's command; people cannot say so of themselves.
    // Both go into events, which hold text only.
    if (headers.actor.size() > kMaxActorBytes || !IsValidUtf8(headers.actor))
      return InvalidField(kActorKey, "must be text of at most 256 bytes");
    if (!headers.request_id.empty() && !IsEchoable(headers.request_id))
      return InvalidField(kRequestIdKey, "must be at most 64 visible ASCII characters");
    if (!headers.actor.empty()) call.actor = headers.actor;
    call.request_id = headers.request_id;
  }
  return absl::OkStatus();
}

absl::Status Dispatcher::Authenticate(const Method& method, const Headers& headers,
                                      CallContext& call, Instant& expiry) {
  if (method.is_open()) return absl::OkStatus();
  const std::optional<std::string_view> token = BearerToken(headers.authorization);
  if (!token.has_value()) {
    return errors::Unauthenticated(headers.authorization.empty() ? "no token"
                                                                 : "not a bearer token");
  }
  ASSIGN_OR_RETURN(Authenticated authenticated, parts_.authenticator.Authenticate(*token));
  call.identity = std::move(authenticated.identity);
  // Only streams outlive their token; unary methods need no clock reading for it.
  if (method.info().kind != MethodKind::kUnary) {
    expiry = parts_.executor.Now() + (authenticated.expire_time - parts_.executor.WallNow());
  }
  return absl::OkStatus();
}

bool Dispatcher::MayCall(const Method& method, const Identity& identity) const {
  const Roles roles = method.info().roles;
  if (method.is_open()) return true;
  if (identity.Is(options::v1::ROLE_SERVICE)) {
    if (!roles.Has(options::v1::ROLE_SERVICE)) return false;
    return method.any_caller || std::find(method.callers.begin(), method.callers.end(),
                                          identity.subject) != method.callers.end();
  }
  if (roles.Has(options::v1::ROLE_ANY) || roles.Intersects(identity.roles)) return true;
  // "`admin` reads all" (domain.md, Who).
  return identity.Is(options::v1::ROLE_ADMIN) && roles.Intersects(kPeople) &&
         method.info().idempotency == options::v1::IDEMPOTENCY_QUERY;
}

absl::StatusOr<std::unique_ptr<Message>> Dispatcher::Accept(const Method& method,
                                                            const Headers& headers,
                                                            std::string_view bytes,
                                                            CallContext& call) {
  std::unique_ptr<Message> request = method.bound.NewRequest();
  if (!request->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return errors::Malformed();
  FieldViolations violations;
  method.bound.Validate(*request, violations);
  if (!violations.empty()) return InvalidFields(std::move(violations));
  const std::string_view position = method.bound.PositionOf(*request);
  ASSIGN_OR_RETURN(call.wanted, DecodePosition(position.empty() ? headers.position : position));

  const std::string_view request_id = method.bound.RequestIdOf(*request);
  if (!request_id.empty()) call.request_id = absl::AsciiStrToLower(ToAbsl(request_id));
  if (!request_id.empty() && method.info().idempotency == options::v1::IDEMPOTENCY_REQUEST_ID) {
    call.idempotency = IdempotencyKey{.principal = call.identity->subject,
                                      .method = std::string(call.method),
                                      .request_id = call.request_id,
                                      .sha256 = digest_.Of(*request)};
  }
  return request;
}

absl::Status Dispatcher::Conclude(absl::Status status, const Inbound& inbound,
                                  const CallContext& call, Ongoing& ongoing) {
  absl::Status shown = status;
  if (IsUnexpected(shown)) shown = errors::Internal();
  if (!shown.ok()) {
    if (std::optional<google::rpc::ErrorInfo> info = ErrorInfoOf(shown);
        info.has_value() && info->domain().empty()) {
      info->set_domain(options_.domain);
      SetDetail(shown, *info);
    }
  }
  ongoing.Finish(shown.code());
  LogCall(status, inbound, call, ongoing);
  return shown;
}

void Dispatcher::LogCall(const absl::Status& status, const Inbound& inbound,
                         const CallContext& call, const Ongoing& ongoing) {
  if (status.ok() && !options_.log_ok) return;
  const LogLevel level = IsUnexpected(status) ? LogLevel::kError : LogLevel::kInfo;
  if (!parts_.logger.Enabled(level)) return;
  parts_.logger.Log(level, status.ok() ? "call" : "call failed", call.trace.trace_id,
                    {{"span_id", call.trace.span_id},
                     {"method", call.method},
                     {"caller", call.identity->subject},
                     {"actor", call.actor},
                     {"request_id", call.request_id},
                     {"peer", inbound.peer},
                     {"code", CodeName(status.code())},
                     {"reason", ReasonOf(status)},
                     {"error", ToStd(status.message())},
                     {"duration_us", absl::ToInt64Microseconds(ongoing.duration)}});
}

}  // namespace maru::rpc
