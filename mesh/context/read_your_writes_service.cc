#include "mesh/context/read_your_writes_service.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace maru::mesh {

namespace {

using google::protobuf::Message;

class WaitingMethod final : public rpc::BoundMethod {
 public:
  WaitingMethod(rpc::BoundMethod& method, const WaitForPosition& wait)
      : method_(method), wait_(wait) {}

  const rpc::MethodInfo& info() const override { return method_.info(); }
  std::unique_ptr<Message> NewRequest() const override { return method_.NewRequest(); }
  void Validate(const Message& request, rpc::FieldViolations& violations) const override {
    method_.Validate(request, violations);
  }
  std::string_view RequestIdOf(const Message& request) const override {
    return method_.RequestIdOf(request);
  }
  std::string_view PositionOf(const Message& request) const override {
    return method_.PositionOf(request);
  }

  async::Task<rpc::EncodedReply> Unary(const rpc::CallContext& call,
                                       const Message& request) override {
    return Waits(call) ? WaitThenRun(call, request) : method_.Unary(call, request);
  }
  async::Task<absl::Status> Stream(const rpc::CallContext& call, const Message* request,
                                   rpc::ServerStream& stream) override {
    if (request == nullptr || !Waits(call)) return method_.Stream(call, request, stream);
    return WaitThenStream(call, *request, stream);
  }

 private:
  bool Waits(const rpc::CallContext& call) const {
    return call.wanted.entries_size() > 0 && info().idempotency == options::v1::IDEMPOTENCY_QUERY;
  }
  async::Task<rpc::EncodedReply> WaitThenRun(const rpc::CallContext& call, const Message& request) {
    CO_RETURN_IF_ERROR(co_await wait_(call));
    co_return co_await method_.Unary(call, request);
  }
  async::Task<absl::Status> WaitThenStream(const rpc::CallContext& call, const Message& request,
                                           rpc::ServerStream& stream) {
    CO_RETURN_IF_ERROR(co_await wait_(call));
    co_return co_await method_.Stream(call, &request, stream);
  }

  rpc::BoundMethod& method_;
  const WaitForPosition& wait_;
};

class WaitingService final : public rpc::Service {
 public:
  WaitingService(std::unique_ptr<rpc::Service> service, WaitForPosition wait)
      : service_(std::move(service)), wait_(std::move(wait)) {
    for (const std::unique_ptr<rpc::BoundMethod>& method : service_->methods()) {
      methods_.push_back(std::make_unique<WaitingMethod>(*method, wait_));
    }
  }

  std::string_view full_name() const override { return service_->full_name(); }
  std::span<const std::unique_ptr<rpc::BoundMethod>> methods() const override { return methods_; }

 private:
  const std::unique_ptr<rpc::Service> service_;
  const WaitForPosition wait_;
  std::vector<std::unique_ptr<rpc::BoundMethod>> methods_;
};

}  // namespace

std::unique_ptr<rpc::Service> WithReadYourWrites(std::unique_ptr<rpc::Service> service,
                                                 WaitForPosition wait) {
  return std::make_unique<WaitingService>(std::move(service), std::move(wait));
}

}  // namespace maru::mesh
