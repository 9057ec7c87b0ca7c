// For tests: streams between a client and services in one process, without a transport. One message
// at a time fits into each direction: whoever does not read blocks who writes, as flow control
// does.
#ifndef MARU_MESH_BROKER_TESTING_LOOPBACK_H_
#define MARU_MESH_BROKER_TESTING_LOOPBACK_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/rpc/service.h"
#include "common/rpc/transport.h"

namespace maru::broker {

// The token is the subject: "Bearer datecourse-schedule".
class Loopback final : public rpc::Channel {
 public:
  explicit Loopback(async::Executor& executor) : executor_(executor) {}
  ~Loopback() override { BreakAll(); }

  // The one service that is served from now on.
  void Replace(rpc::Service& service) { services_ = {&service}; }
  // While false every new stream fails.
  void SetReachable(bool reachable) { reachable_ = reachable; }
  // As when the connection is lost: server frames are destroyed, clients hear UNAVAILABLE.
  void BreakAll() {
    for (const auto& weak : std::exchange(calls_, {})) {
      if (const auto call = weak.lock()) call->Finish(absl::UnavailableError("connection lost"));
    }
  }

  async::Task<rpc::Reply> Call(std::string_view, std::string, rpc::CallOptions) override {
    co_return rpc::Reply{absl::UnimplementedError("streams only"), {}, {}};
  }
  std::unique_ptr<rpc::ClientStream> Open(std::string_view method,
                                          rpc::CallOptions options) override {
    auto call = std::make_shared<StreamCall>(executor_);
    calls_.push_back(call);
    if (!reachable_) {
      call->Finish(absl::UnavailableError("not reachable"));
    } else {
      const auto token = options.metadata.Find("authorization").value_or("");
      auto identity = std::make_shared<rpc::Identity>();
      identity->subject = std::string(token.substr(token.find(' ') + 1));
      call->context.identity = std::move(identity);
      call->frame.Spawn(Run(*call, Find(method)));
    }
    return std::make_unique<Client>(std::move(call));
  }

 private:
  struct StreamCall final : rpc::ServerStream {
    explicit StreamCall(async::Executor& executor) : changed(executor) {}

    async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
      while (up.empty() && !half_closed) co_await changed.Wait();
      co_return Pop(up);
    }
    async::Task<absl::Status> Write(std::string message) override {
      while (!down.empty()) co_await changed.Wait();
      down.push_back(std::move(message));
      changed.NotifyAll();
      co_return absl::OkStatus();
    }
    void AddTrailing(std::string_view, std::string) override {}

    std::optional<std::string> Pop(std::deque<std::string>& from) {
      if (from.empty()) return std::nullopt;
      std::string message = std::move(from.front());
      from.pop_front();
      changed.NotifyAll();
      return message;
    }
    void Finish(absl::Status status) {
      if (!outcome.has_value()) outcome = std::move(status);
      frame.CancelAll();
      changed.NotifyAll();
    }

    rpc::CallContext context;
    std::deque<std::string> up;
    std::deque<std::string> down;
    bool half_closed = false;
    std::optional<absl::Status> outcome;
    async::Signal changed;
    async::Scope frame;
  };

  class Client final : public rpc::ClientStream {
   public:
    explicit Client(std::shared_ptr<StreamCall> call) : call_(std::move(call)) {}
    ~Client() override { call_->Finish(absl::CancelledError("the client is gone")); }

    async::Task<absl::StatusOr<std::optional<std::string>>> Read() override {
      while (call_->down.empty() && !call_->outcome.has_value()) co_await call_->changed.Wait();
      if (!call_->down.empty()) co_return call_->Pop(call_->down);
      if (!call_->outcome->ok()) co_return *call_->outcome;
      co_return std::optional<std::string>();
    }
    async::Task<absl::Status> Write(std::string message) override {
      while (!call_->up.empty() && !call_->outcome.has_value()) co_await call_->changed.Wait();
      if (call_->outcome.has_value()) co_return absl::UnavailableError("the call is over");
      call_->up.push_back(std::move(message));
      call_->changed.NotifyAll();
      co_return absl::OkStatus();
    }
    async::Task<absl::Status> WritesDone() override {
      call_->half_closed = true;
      call_->changed.NotifyAll();
      co_return absl::OkStatus();
    }

   private:
    const std::shared_ptr<StreamCall> call_;
  };

  rpc::BoundMethod& Find(std::string_view method) {
    for (rpc::Service* service : services_) {
      for (const auto& bound : service->methods()) {
        if (bound->info().full_name == method) return *bound;
      }
    }
    MARU_CHECK(false);
  }

  async::Task<void> Run(StreamCall& call, rpc::BoundMethod& method) {
    absl::Status status = co_await method.Stream(call.context, nullptr, call);
    call.outcome = std::move(status);
    call.changed.NotifyAll();
  }

  async::Executor& executor_;
  bool reachable_ = true;
  std::vector<rpc::Service*> services_;
  std::vector<std::weak_ptr<StreamCall>> calls_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_TESTING_LOOPBACK_H_
