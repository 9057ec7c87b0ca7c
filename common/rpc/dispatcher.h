// Dispatcher: what happens to every call between the transport and its handler, in this order:
//
//   1. the method is known                  UNIMPLEMENTED/UNKNOWN_METHOD
//   2. not too many calls are in flight     RESOURCE_EXHAUSTED/OVERLOADED, with RetryInfo
//   3. the token proves an identity         UNAUTHENTICATED/UNAUTHENTICATED
//   4. that may call the method             PERMISSION_DENIED/ROLE_REQUIRED
//   5. the request can be decoded           INVALID_ARGUMENT/MALFORMED
//   6. and keeps the contract's rules       INVALID_ARGUMENT/INVALID_FIELD, with BadRequest
//   7. its position can be read             INVALID_ARGUMENT/INVALID_POSITION
//   8. a command is not a repeat            else the first result, or
//   INVALID_ARGUMENT/REQUEST_ID_REUSED
//   9. the handler runs, with its CallContext
//  10. position, request id, trace id into the metadata; error domain; metrics; access log
//
// One wrapper rather than a chain of interceptors: the order is the security of it, and it is fast.
#ifndef MARU_COMMON_RPC_DISPATCHER_H_
#define MARU_COMMON_RPC_DISPATCHER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/async/executor.h"
#include "common/async/signal.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/replay.h"
#include "common/rpc/request_digest.h"
#include "common/rpc/server_metrics.h"
#include "common/rpc/service.h"
#include "common/rpc/transport.h"

namespace maru::rpc {

struct DispatcherOptions {
  // "datecourse"; empty for what belongs to none (the broker). Callers that contracts name are of
  // the same system.
  std::string system;
  // "datecourse.review": ErrorInfo.domain of errors made here.
  std::string domain;
  // Calls being served at a time; more are refused. Methods that are open to anybody (health) are
  // not counted: a busy server is not a sick one.
  size_t max_unary = 2048;
  size_t max_streams = 512;
  // Also log calls that went well. Errors are always logged.
  bool log_ok = false;
};

// What the dispatcher works with; all of it outlives it.
struct DispatcherParts {
  async::Executor& executor;
  Random& random;
  Authenticator& authenticator;
  Logger& logger;
  prometheus::Registry& registry;
  // Null where no commands are recorded.
  ReplayLookup* replay = nullptr;
};

// Executor's thread only.
class Dispatcher final : public InboundHandler {
 public:
  Dispatcher(DispatcherOptions options, DispatcherParts parts);
  ~Dispatcher() override;

  // Serves the methods of `service`, which outlives the dispatcher. Before the server starts.
  void Register(Service& service);
  // Full names of the services, in order of registration.
  const std::vector<std::string>& service_names() const { return service_names_; }

  bool IsStream(std::string_view method) const override;
  async::Task<Reply> OnUnary(const Inbound& inbound, std::string_view message) override;
  async::Task<absl::Status> OnStream(const Inbound& inbound, ServerStream& stream) override;

  // The server stops: ends server streams that have no deadline and so would not end by themselves
  // (UNAVAILABLE/NOT_SERVING), now and from here on. Those open to anybody (health) end themselves.
  void EndWatches();

 private:
  struct Method;
  // The metadata that we read.
  struct Headers;
  // A call while it is served: counts it, and notices when its frame is destroyed.
  class Ongoing;
  // A stream in watches_, while its frame lives.
  class Watch;

  Method* Find(std::string_view name) const;
  // Steps 1 to 4; fills in `call` but for what is in the request. `expiry`: until when the token
  // proves the identity.
  absl::Status Admit(const Ongoing& ongoing, const Headers& headers, const Inbound& inbound,
                     CallContext& call, Instant& expiry);
  absl::Status Authenticate(const Method& method, const Headers& headers, CallContext& call,
                            Instant& expiry);
  bool MayCall(const Method& method, const Identity& identity) const;
  // Steps 5 to 7.
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> Accept(const Method& method,
                                                                    const Headers& headers,
                                                                    std::string_view bytes,
                                                                    CallContext& call);
  // Reads the request, if there is one, and runs the handler.
  async::Task<absl::Status> ServeStream(const Method& method, const Headers& headers,
                                        CallContext& call, ServerStream& stream);
  // Step 10: the status as the caller may see it.
  absl::Status Conclude(absl::Status status, const Inbound& inbound, const CallContext& call,
                        Ongoing& ongoing);
  void LogCall(const absl::Status& status, const Inbound& inbound, const CallContext& call,
               const Ongoing& ongoing);

  const DispatcherOptions options_;
  const DispatcherParts parts_;
  ServerMetrics metrics_;
  MethodMetrics unknown_metrics_;
  RequestDigest digest_;
  const std::shared_ptr<const Identity> nobody_;
  std::vector<std::string> service_names_;
  // By full name, which is a constant of the contract.
  absl::flat_hash_map<absl::string_view, std::unique_ptr<Method>> methods_;
  size_t unary_in_flight_ = 0;
  size_t streams_in_flight_ = 0;
  // What to notify for EndWatches: one for each stream that it ends, in order of arrival.
  std::vector<async::Signal*> watches_;
  bool stopping_ = false;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_DISPATCHER_H_
