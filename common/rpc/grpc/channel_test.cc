// Goal: a channel tells what happened to a call, reconnects by itself, and frees what its user gave
// up.
#include "common/rpc/grpc/channel.h"

#include <gtest/gtest.h>

#include "common/async/scope.h"
#include "common/rpc/grpc/test_server.h"
#include "common/rpc/service.h"

namespace maru::rpc {
namespace {

class ChannelTest : public ServerTest {
 protected:
  std::unique_ptr<Channel> ChannelTo(std::string target) {
    GrpcChannelOptions options;
    options.target = std::move(target);
    std::unique_ptr<Channel> opened;
    loop.RunHere([&] { opened = OpenGrpcChannel(loop, options); });
    return opened;
  }
  // A port that nobody listens on.
  std::string NobodysTarget() {
    Start();
    const int port = server->port();
    loop.BlockOn(server->Shutdown(In(absl::Seconds(5))));
    loop.RunHere([&] {
      channel.reset();
      server.reset();
    });
    return absl::StrCat("127.0.0.1:", port);
  }
};

TEST_F(ChannelTest, IsUnavailableAtOnceWhenNobodyListens) {
  channel = ChannelTo(NobodysTarget());
  const Instant start = loop.Now();
  CallOptions options;
  options.deadline = In(absl::Seconds(20));
  const Reply reply = Call("Echo", "", options);
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kUnavailable) << reply.status;
  EXPECT_TRUE(SurelyUnsent(reply.status));
  EXPECT_LT(loop.Now() - start, absl::Seconds(5));
}

TEST_F(ChannelTest, ReconnectsByItself) {
  const std::string target = NobodysTarget();
  std::unique_ptr<Channel> early = ChannelTo(target);
  EXPECT_FALSE(loop.BlockOn(early->Call("Echo", "", CallOptions())).status.ok());
  GrpcServerOptions options;
  options.address = target;
  Start(options);
  const Instant start = loop.Now();
  while (true) {
    const Reply reply = loop.BlockOn(early->Call("Echo", "다시", CallOptions()));
    if (reply.status.ok()) break;
    ASSERT_LT(loop.Now() - start, absl::Seconds(5)) << reply.status;
    loop.BlockOn(
        [](GrpcLoop& on) -> async::Task<void> { co_await on.Sleep(absl::Milliseconds(20)); }(loop));
  }
  loop.RunHere([&] { early.reset(); });
}

TEST_F(ChannelTest, AnErrorOfTheServerIsNotUnsent) {
  handler.unary = [](const Inbound&, std::string_view) -> async::Task<Reply> {
    Reply reply;
    reply.status = absl::UnavailableError("later");
    co_return reply;
  };
  Start();
  const Reply reply = Call("Refuse", "");
  EXPECT_EQ(reply.status, absl::UnavailableError("later"));
  EXPECT_FALSE(SurelyUnsent(reply.status));
}

TEST_F(ChannelTest, ALostConnectionIsNotUnsent) {
  int frames = 0;
  handler.unary = [&](const Inbound&, std::string_view) -> async::Task<Reply> {
    const Alive alive(frames);
    co_await loop.SleepUntil(loop.Now() + absl::Hours(1));
    co_return Reply();
  };
  Start();
  async::Scope scope;
  Reply reply;
  loop.RunHere([&] {
    scope.Spawn([](Channel& to, Reply& answer) -> async::Task<void> {
      answer = co_await to.Call("Wait", "", CallOptions());
    }(*channel, reply));
  });
  ASSERT_TRUE(Eventually([&] { return frames == 1; }));
  loop.RunHere([&] { server.reset(); });
  ASSERT_TRUE(Eventually([&] { return scope.size() == 0; }));
  EXPECT_FALSE(reply.status.ok());
  EXPECT_FALSE(SurelyUnsent(reply.status)) << reply.status;
}

TEST_F(ChannelTest, ACallEndsAtItsDeadline) {
  handler.unary = [this](const Inbound&, std::string_view) -> async::Task<Reply> {
    co_await loop.SleepUntil(loop.Now() + absl::Hours(1));
    co_return Reply();
  };
  Start();
  CallOptions options;
  options.deadline = In(absl::Milliseconds(100));
  const Reply reply = Call("Wait", "", options);
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GE(loop.Now(), options.deadline);
}

TEST_F(ChannelTest, DestroyingACallCancelsIt) {
  int frames = 0;
  handler.stream = [&](const Inbound&, ServerStream& stream) -> async::Task<absl::Status> {
    const Alive alive(frames);
    (void)co_await stream.Write("started");
    (void)co_await stream.Read();
    co_await loop.SleepUntil(loop.Now() + absl::Hours(1));
    co_return absl::OkStatus();
  };
  Start();
  std::unique_ptr<async::Scope> scope;
  loop.RunHere([&] {
    scope = std::make_unique<async::Scope>();
    scope->Spawn([](Channel& to) -> async::Task<void> {
      (void)co_await to.Call("StreamHold", "", CallOptions());
    }(*channel));
  });
  ASSERT_TRUE(Eventually([&] { return frames == 1; }));
  loop.RunHere([&] { scope.reset(); });
  EXPECT_TRUE(Eventually([&] { return frames == 0; }));
}

TEST_F(ChannelTest, RefusesMetadataThatCannotBeSent) {
  Start();
  CallOptions options;
  options.metadata.Add("maru-actor", "김");
  EXPECT_EQ(Call("Echo", "", options).status.code(), absl::StatusCode::kInvalidArgument);
  auto open = [](Channel& to, CallOptions with) -> async::Task<absl::Status> {
    const std::unique_ptr<ClientStream> stream = to.Open("StreamEcho", std::move(with));
    const absl::StatusOr<std::optional<std::string>> read = co_await stream->Read();
    co_return read.status();
  };
  EXPECT_EQ(loop.BlockOn(open(*channel, options)).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ChannelTest, AWriteAfterTheEndFailsAndReadTellsWhy) {
  handler.stream = [](const Inbound&, ServerStream&) -> async::Task<absl::Status> {
    co_return absl::PermissionDeniedError("no");
  };
  Start();
  auto talk = [](Channel& to) -> async::Task<absl::Status> {
    const std::unique_ptr<ClientStream> stream = to.Open("StreamNo", CallOptions());
    const absl::StatusOr<std::optional<std::string>> read = co_await stream->Read();
    EXPECT_EQ(read.status(), absl::PermissionDeniedError("no"));
    const absl::Status write = co_await stream->Write("too late");
    EXPECT_FALSE(write.ok());
    const absl::StatusOr<std::optional<std::string>> again = co_await stream->Read();
    co_return again.status();
  };
  EXPECT_EQ(loop.BlockOn(talk(*channel)), absl::PermissionDeniedError("no"));
}

TEST_F(ChannelTest, ManyCallsAtOnceAllComeBack) {
  Start();
  auto call_all = [](Channel& to) -> async::Task<int> {
    int good = 0;
    async::Scope scope;
    for (int i = 0; i < 1000; ++i) {
      scope.Spawn([](Channel& one, int number, int& count) -> async::Task<void> {
        const std::string text = absl::StrCat("번호 ", number);
        const Reply reply = co_await one.Call("Echo", text, CallOptions());
        if (reply.message == text) ++count;
      }(to, i, good));
    }
    co_await scope.Drained();
    co_return good;
  };
  EXPECT_EQ(loop.BlockOn(call_all(*channel)), 1000);
}

}  // namespace
}  // namespace maru::rpc
