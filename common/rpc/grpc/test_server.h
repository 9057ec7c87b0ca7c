// A loop with a server under a scripted handler and a channel to it, for the tests of this folder.
#ifndef MARU_COMMON_RPC_GRPC_TEST_SERVER_H_
#define MARU_COMMON_RPC_GRPC_TEST_SERVER_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/async/signal.h"
#include "common/rpc/grpc/channel.h"
#include "common/rpc/grpc/loop.h"
#include "common/rpc/grpc/server.h"

namespace maru::rpc {

// Methods whose name begins with "Stream" stream. What the methods do is set by the test.
class ScriptedHandler final : public InboundHandler {
 public:
  using Unary = std::function<async::Task<Reply>(const Inbound&, std::string_view)>;
  using Stream = std::function<async::Task<absl::Status>(const Inbound&, ServerStream&)>;

  bool IsStream(std::string_view method) const override { return method.starts_with("Stream"); }
  async::Task<Reply> OnUnary(const Inbound& call, std::string_view message) override {
    return unary(call, message);
  }
  async::Task<absl::Status> OnStream(const Inbound& call, ServerStream& messages) override {
    return stream(call, messages);
  }

  Unary unary = Echo;
  Stream stream = EchoEach;

  static async::Task<Reply> Echo(const Inbound&, std::string_view message) {
    Reply reply;
    reply.message = std::string(message);
    co_return reply;
  }
  static async::Task<absl::Status> EchoEach(const Inbound&, ServerStream& stream) {
    while (true) {
      CO_ASSIGN_OR_RETURN(std::optional<std::string> message, co_await stream.Read());
      if (!message.has_value()) co_return absl::OkStatus();
      CO_RETURN_IF_ERROR(co_await stream.Write(*std::move(message)));
    }
  }
};

// Counts frames that hold one.
class Alive {
 public:
  explicit Alive(int& count) : count_(count) { ++count_; }
  ~Alive() { --count_; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;

 private:
  int& count_;
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    loop.RunHere([this] { changed = std::make_unique<async::Signal>(loop); });
  }
  ~ServerTest() override {
    loop.RunHere([this] {
      channel.reset();
      server.reset();
      changed.reset();
    });
  }

  void Start(GrpcServerOptions options = {}) {
    if (options.address.empty()) options.address = "127.0.0.1:0";
    loop.RunHere([&] {
      absl::StatusOr<std::unique_ptr<Server>> started = StartGrpcServer(loop, handler, options);
      ASSERT_TRUE(started.ok()) << started.status();
      server = *std::move(started);
      GrpcChannelOptions channel_options;
      channel_options.target = absl::StrCat("127.0.0.1:", server->port());
      channel = OpenGrpcChannel(loop, channel_options);
    });
  }

  Reply Call(std::string_view method, std::string message, CallOptions options = {}) {
    return loop.BlockOn(channel->Call(method, std::move(message), std::move(options)));
  }

  Instant In(absl::Duration duration) { return loop.Now() + duration; }

  // Waits on the loop until `condition` holds, looking again at each `changed` and every 10 ms;
  // false after 10 s.
  bool Eventually(std::function<bool()> condition) {
    return loop.BlockOn(Await(std::move(condition)));
  }

  async::Task<bool> Await(std::function<bool()> condition) {
    const Instant until = In(absl::Seconds(10));
    while (!condition()) {
      if (loop.Now() > until) co_return false;
      co_await changed->WaitUntil(loop.Now() + absl::Milliseconds(10));
    }
    co_return true;
  }

  GrpcLoop loop;
  ScriptedHandler handler;
  std::unique_ptr<async::Signal> changed;
  std::unique_ptr<Server> server;
  std::unique_ptr<Channel> channel;
};

}  // namespace maru::rpc

#endif  // MARU_COMMON_RPC_GRPC_TEST_SERVER_H_
