// What generated code hands to the runtime: a Service is a table of methods over a handler object.
#ifndef MARU_COMMON_RPC_SERVICE_H_
#define MARU_COMMON_RPC_SERVICE_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/base/strings.h"
#include "common/rpc/call_context.h"
#include "common/rpc/field_rules.h"
#include "common/rpc/method.h"
#include "common/rpc/transport.h"
#include "google/protobuf/message.h"

namespace maru::rpc {

// INVALID_ARGUMENT/INVALID_FIELD with a BadRequest that names each field. For rules that no field
// option can say; the generated ones are applied before the handler.
absl::Status InvalidFields(FieldViolations violations);
absl::Status InvalidField(std::string_view field, std::string_view description);

// A message that went through the generated encoder, and the type it has. What a unary handler
// answers.
using EncodedReply = absl::StatusOr<std::string>;

// A method of a service, bound to its handler object. Made by generated code only.
class BoundMethod {
 public:
  virtual ~BoundMethod() = default;
  virtual const MethodInfo& info() const = 0;

  // A fresh, empty request message.
  virtual std::unique_ptr<google::protobuf::Message> NewRequest() const = 0;
  // Appends what breaks the rules of the contract.
  virtual void Validate(const google::protobuf::Message& request,
                        FieldViolations& violations) const = 0;
  // The request's own `request_id` and `position` fields; empty when the type has none.
  virtual std::string_view RequestIdOf(const google::protobuf::Message& request) const = 0;
  virtual std::string_view PositionOf(const google::protobuf::Message& request) const = 0;

  // Runs a unary handler. `call` and `request` outlive the task.
  virtual async::Task<EncodedReply> Unary(const CallContext& call,
                                          const google::protobuf::Message& request) = 0;
  // Runs a server-stream handler on its one request (bidi: `request` is null and the handler reads
  // `stream` itself).
  virtual async::Task<absl::Status> Stream(const CallContext& call,
                                           const google::protobuf::Message* request,
                                           ServerStream& stream) = 0;
};

// A handler object with its methods. Made by generated code: `ScheduleServiceHandler` is one.
class Service {
 public:
  virtual ~Service() = default;
  // "maru.datecourse.schedule.v1.ScheduleService"
  virtual std::string_view full_name() const = 0;
  // Lives as long as the service.
  virtual std::span<const std::unique_ptr<BoundMethod>> methods() const = 0;
};

// Typed halves of streams, over encoded bytes.
template <class Reply>
class StreamWriter {
 public:
  explicit StreamWriter(ServerStream& stream) : stream_(stream) {}
  async::Task<absl::Status> Write(const Reply& reply) {
    return stream_.Write(reply.SerializeAsString());
  }

 private:
  ServerStream& stream_;
};

template <class Request, class Reply>
class BidiStream : public StreamWriter<Reply> {
 public:
  explicit BidiStream(ServerStream& stream) : StreamWriter<Reply>(stream), stream_(stream) {}
  // nullopt when the client has finished; INVALID_ARGUMENT for bytes that are no Request.
  async::Task<absl::StatusOr<std::optional<Request>>> Read() {
    CO_ASSIGN_OR_RETURN(std::optional<std::string> bytes, co_await stream_.Read());
    if (!bytes.has_value()) co_return std::optional<Request>();
    std::optional<Request> request(std::in_place);
    if (!request->ParseFromString(*bytes)) {
      co_return absl::InvalidArgumentError("a message of the stream cannot be decoded");
    }
    co_return request;
  }

 private:
  ServerStream& stream_;
};

// The client side of call policies: deadlines, identity, breaker, retries. Wired per target by
// mesh/context; generated clients are thin typed wrappers over it.
class Caller {
 public:
  virtual ~Caller() = default;
  // Sends `message` under the policy of `method` on behalf of `call`; positions that the callee
  // published are added to `call`. Errors are the callee's own (with details), or
  // UNAVAILABLE/CALLEE_UNAVAILABLE with RetryInfo when it could not be reached, was too slow, or
  // its breaker is open; SurelyUnsent(status) tells whether the callee surely did nothing.
  virtual async::Task<EncodedReply> Call(const CallContext& call, const MethodInfo& method,
                                         std::string message) = 0;
};

// Whether an error of Caller::Call says that the request surely never reached the callee (breaker
// open, no connection): the caller's saga may compensate at once. Otherwise the outcome is unknown.
// Nobody outside this process can set the mark.
bool SurelyUnsent(const absl::Status& status);
// For implementations of Channel and Caller: sets the mark.
absl::Status MarkUnsent(absl::Status status);

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_SERVICE_H_
