// BoundMethod over a member function of a generated handler: one template per kind of method, so
// that generated code is a line for each.
#ifndef MARU_COMMON_RPC_BOUND_METHOD_H_
#define MARU_COMMON_RPC_BOUND_METHOD_H_

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/service.h"

namespace maru::rpc {
namespace internal {

template <class Request>
std::string_view RequestIdOf(const Request& request) {
  if constexpr (requires {
                  { request.request_id() } -> std::same_as<const std::string&>;
                }) {
    return request.request_id();
  } else {
    return {};
  }
}

template <class Request>
std::string_view PositionOf(const Request& request) {
  if constexpr (requires {
                  { request.position() } -> std::same_as<const std::string&>;
                }) {
    return request.position();
  } else {
    return {};
  }
}

// What all kinds share. `info` and `handler` outlive the method. A message given back to it was
// made by NewRequest.
template <class Handler, class Request>
class MethodBase : public BoundMethod {
 public:
  MethodBase(const MethodInfo& info, Handler& handler) : info_(info), handler_(handler) {}

  const MethodInfo& info() const final { return info_; }
  std::unique_ptr<google::protobuf::Message> NewRequest() const final {
    return std::make_unique<Request>();
  }
  void Validate(const google::protobuf::Message& request, FieldViolations& violations) const final {
    // Found by argument-dependent lookup beside the message. Imported types of other makers have no
    // rules.
    if constexpr (requires { MaruValidate(Cast(request), FieldPath(), violations); }) {
      MaruValidate(Cast(request), FieldPath(), violations);
    }
  }
  std::string_view RequestIdOf(const google::protobuf::Message& request) const final {
    return internal::RequestIdOf(Cast(request));
  }
  std::string_view PositionOf(const google::protobuf::Message& request) const final {
    return internal::PositionOf(Cast(request));
  }

  // Which of the two a method has is in info().kind; the other is never called.
  async::Task<EncodedReply> Unary(const CallContext&, const google::protobuf::Message&) override {
    CheckFailed(__FILE__, __LINE__, "Unary of a streaming method");
  }
  async::Task<absl::Status> Stream(const CallContext&, const google::protobuf::Message*,
                                   ServerStream&) override {
    CheckFailed(__FILE__, __LINE__, "Stream of a unary method");
  }

 protected:
  static const Request& Cast(const google::protobuf::Message& request) {
    return static_cast<const Request&>(request);
  }
  Handler& handler() { return handler_; }

 private:
  const MethodInfo& info_;
  Handler& handler_;
};

}  // namespace internal

template <class Handler, class Request, class Reply>
class UnaryMethod final : public internal::MethodBase<Handler, Request> {
 public:
  using Function = async::Task<absl::StatusOr<Reply>> (Handler::*)(const CallContext&,
                                                                   const Request&);

  UnaryMethod(const MethodInfo& info, Handler& handler, Function function)
      : internal::MethodBase<Handler, Request>(info, handler), function_(function) {}

  async::Task<EncodedReply> Unary(const CallContext& call,
                                  const google::protobuf::Message& request) final {
    const absl::StatusOr<Reply> reply =
        co_await (this->handler().*function_)(call, this->Cast(request));
    if (!reply.ok()) co_return reply.status();
    co_return reply->SerializeAsString();
  }

 private:
  const Function function_;
};

template <class Handler, class Request, class Reply>
class ServerStreamMethod final : public internal::MethodBase<Handler, Request> {
 public:
  using Function = async::Task<absl::Status> (Handler::*)(const CallContext&, const Request&,
                                                          StreamWriter<Reply>&);

  ServerStreamMethod(const MethodInfo& info, Handler& handler, Function function)
      : internal::MethodBase<Handler, Request>(info, handler), function_(function) {}

  async::Task<absl::Status> Stream(const CallContext& call,
                                   const google::protobuf::Message* request,
                                   ServerStream& stream) final {
    MARU_CHECK(request != nullptr);
    StreamWriter<Reply> writer(stream);
    co_return co_await (this->handler().*function_)(call, this->Cast(*request), writer);
  }

 private:
  const Function function_;
};

template <class Handler, class Request, class Reply>
class BidiStreamMethod final : public internal::MethodBase<Handler, Request> {
 public:
  using Function = async::Task<absl::Status> (Handler::*)(const CallContext&,
                                                          BidiStream<Request, Reply>&);

  BidiStreamMethod(const MethodInfo& info, Handler& handler, Function function)
      : internal::MethodBase<Handler, Request>(info, handler), function_(function) {}

  async::Task<absl::Status> Stream(const CallContext& call, const google::protobuf::Message*,
                                   ServerStream& stream) final {
    BidiStream<Request, Reply> typed(stream);
    co_return co_await (this->handler().*function_)(call, typed);
  }

 private:
  const Function function_;
};

// Makes the BoundMethod of the right kind: the member function's type says which.
template <class Handler, class Request, class Reply>
std::unique_ptr<BoundMethod> Bind(
    const MethodInfo& info, Handler& handler,
    async::Task<absl::StatusOr<Reply>> (Handler::*function)(const CallContext&, const Request&)) {
  return std::make_unique<UnaryMethod<Handler, Request, Reply>>(info, handler, function);
}
template <class Handler, class Request, class Reply>
std::unique_ptr<BoundMethod> Bind(const MethodInfo& info, Handler& handler,
                                  async::Task<absl::Status> (Handler::*function)(
                                      const CallContext&, const Request&, StreamWriter<Reply>&)) {
  return std::make_unique<ServerStreamMethod<Handler, Request, Reply>>(info, handler, function);
}
template <class Handler, class Request, class Reply>
std::unique_ptr<BoundMethod> Bind(const MethodInfo& info, Handler& handler,
                                  async::Task<absl::Status> (Handler::*function)(
                                      const CallContext&, BidiStream<Request, Reply>&)) {
  return std::make_unique<BidiStreamMethod<Handler, Request, Reply>>(info, handler, function);
}

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_BOUND_METHOD_H_
