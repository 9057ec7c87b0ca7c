// Goal: what a server promises holds over a real connection, whatever the client does, and no frame
// is left behind.
#include "common/rpc/grpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/async/one_shot.h"
#include "common/async/when_all.h"
#include "common/rpc/error.h"
#include "common/rpc/grpc/test_server.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {
namespace {

using ::testing::HasSubstr;

TEST_F(ServerTest, AnswersAUnaryCall) {
  Start();
  const Reply reply = Call("Echo", "안녕하세요");
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.message, "안녕하세요");
}

TEST_F(ServerTest, AnswersAnEmptyMessage) {
  Start();
  const Reply reply = Call("Echo", "");
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.message, "");
}

TEST_F(ServerTest, CarriesAMessageOfManyFrames) {
  Start();
  const std::string big(1'000'000, 'x');
  const Reply reply = Call("Echo", big);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.message, big);
}

TEST_F(ServerTest, RefusesAMessageAboveTheLimit) {
  Start();
  bool called = false;
  handler.unary = [&called](const Inbound& call, std::string_view message) {
    called = true;
    return ScriptedHandler::Echo(call, message);
  };
  const Reply reply = Call("Echo", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kResourceExhausted) << reply.status;
  EXPECT_FALSE(called);
  EXPECT_TRUE(Call("Echo", "still serving").status.ok() == called);
}

async::Task<Reply> Describe(const Inbound& call, std::string_view) {
  Reply reply;
  reply.message = call.method;
  for (const auto& [key, value] : call.metadata.entries()) reply.metadata.Add(key, value);
  reply.metadata.Add("peer", call.peer);
  co_return reply;
}

TEST_F(ServerTest, HandsMethodMetadataAndPeerToTheHandlerAndMetadataBack) {
  handler.unary = Describe;
  Start();
  CallOptions options;
  options.metadata.Add("maru-actor-bin", "김");
  options.metadata.Add("trace-bin", std::string("\x00\xff\x01", 3));
  const Reply reply = Call("maru.test.v1.TestService/Describe", "", std::move(options));
  EXPECT_EQ(reply.message, "maru.test.v1.TestService/Describe");
  EXPECT_EQ(reply.metadata.Find("maru-actor-bin"), "김");
  EXPECT_EQ(reply.metadata.Find("trace-bin"), std::string_view("\x00\xff\x01", 3));
  EXPECT_THAT(std::string(*reply.metadata.Find("peer")), HasSubstr("127.0.0.1:"));
}

TEST_F(ServerTest, HandsTheCallersDeadlineToTheHandler) {
  Instant seen;
  handler.unary = [&seen](const Inbound& call, std::string_view message) {
    seen = call.deadline;
    return ScriptedHandler::Echo(call, message);
  };
  Start();
  CallOptions options;
  options.deadline = In(absl::Seconds(5));
  EXPECT_TRUE(Call("Echo", "", options).status.ok());
  EXPECT_LE(absl::AbsDuration(seen - options.deadline), absl::Milliseconds(100));
  EXPECT_TRUE(Call("Echo", "").status.ok());
  EXPECT_EQ(seen, Instant::InfiniteFuture());
}

async::Task<Reply> Refuse(const Inbound&, std::string_view) {
  Reply reply;
  reply.status = options::v1::errors::Overloaded();
  reply.metadata.Add("maru-trace-id", "0af7651916cd43dd8448eb211c80319c");
  co_return reply;
}

TEST_F(ServerTest, CarriesErrorsWithTheirDetails) {
  handler.unary = Refuse;
  Start();
  const Reply reply = Call("Refuse", "");
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(reply.status.message(), "overloaded");
  EXPECT_EQ(ReasonOf(reply.status), "OVERLOADED");
  EXPECT_EQ(RetryDelayOf(reply.status), absl::Milliseconds(200));
  // Whole seconds, rounded up.
  EXPECT_EQ(reply.metadata.Find("retry-after"), "1");
  EXPECT_EQ(reply.metadata.Find("maru-trace-id"), "0af7651916cd43dd8448eb211c80319c");
}

async::Task<Reply> RefuseAtLength(const Inbound&, std::string_view) {
  Reply reply;
  FieldViolations violations;
  for (int i = 0; i < 1000; ++i) violations.push_back({"필드", std::string(100, 'x')});
  reply.status = InvalidFields(std::move(violations));
  co_return reply;
}

TEST_F(ServerTest, DropsDetailsThatNoClientWouldAccept) {
  handler.unary = RefuseAtLength;
  Start();
  const Reply reply = Call("Refuse", "");
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BadRequestOf(reply.status), std::nullopt);
}

async::Task<Reply> SendIllegalMetadata(const Inbound&, std::string_view) {
  Reply reply;
  reply.metadata.Add("name", "김철수");
  co_return reply;
}

TEST_F(ServerTest, IllegalMetadataIsAnInternalErrorAndNotACrash) {
  handler.unary = SendIllegalMetadata;
  Start();
  EXPECT_EQ(Call("Send", "").status.code(), absl::StatusCode::kInternal);
}

TEST_F(ServerTest, RefusesCallsAboveTheLimitAtOnce) {
  bool waiting = false;
  async::OneShot<bool>::Sender release;
  handler.unary = [&](const Inbound& call, std::string_view message) -> async::Task<Reply> {
    auto [sender, receiver] = async::OneShot<bool>::Make();
    release = std::move(sender);
    waiting = true;
    co_await receiver;
    co_return co_await ScriptedHandler::Echo(call, message);
  };
  GrpcServerOptions options;
  options.max_calls = 1;
  Start(options);
  async::Scope scope;
  Reply first;
  loop.RunHere([&] {
    scope.Spawn([](Channel& channel, Reply& reply) -> async::Task<void> {
      reply = co_await channel.Call("Wait", "first", CallOptions());
    }(*channel, first));
  });
  ASSERT_TRUE(Eventually([&] { return waiting; }));
  const Reply refused = Call("Wait", "second");
  EXPECT_EQ(ReasonOf(refused.status), "OVERLOADED");
  EXPECT_TRUE(RetryDelayOf(refused.status).has_value());
  loop.RunHere([&] { release.Send(true); });
  ASSERT_TRUE(Eventually([&] { return scope.size() == 0; }));
  EXPECT_EQ(first.message, "first");
}

TEST_F(ServerTest, EchoesAStream) {
  Start();
  auto talk = [](Channel& channel) -> async::Task<std::vector<std::string>> {
    std::vector<std::string> heard;
    const std::unique_ptr<ClientStream> stream = channel.Open("StreamEcho", CallOptions());
    for (int i = 0; i < 100; ++i) {
      const absl::Status written = co_await stream->Write(absl::StrCat("말", i));
      EXPECT_TRUE(written.ok()) << written;
      absl::StatusOr<std::optional<std::string>> read = co_await stream->Read();
      EXPECT_TRUE(read.ok()) << read.status();
      heard.push_back(**read);
    }
    const absl::Status done = co_await stream->WritesDone();
    EXPECT_TRUE(done.ok()) << done;
    const absl::StatusOr<std::optional<std::string>> end = co_await stream->Read();
    EXPECT_TRUE(end.ok()) << end.status();
    EXPECT_FALSE(end->has_value());
    co_return heard;
  };
  const std::vector<std::string> heard = loop.BlockOn(talk(*channel));
  ASSERT_EQ(heard.size(), 100u);
  EXPECT_EQ(heard[99], "말99");
}

TEST_F(ServerTest, AStreamEndsWithTheStatusOfItsHandler) {
  handler.stream = [](const Inbound&, ServerStream& stream) -> async::Task<absl::Status> {
    CO_RETURN_IF_ERROR(co_await stream.Write("하나"));
    stream.AddTrailing("maru-trace-id", "1");
    co_return options::v1::errors::ViewBehind();
  };
  Start();
  auto talk = [](Channel& channel) -> async::Task<absl::Status> {
    const std::unique_ptr<ClientStream> stream = channel.Open("StreamOne", CallOptions());
    const absl::StatusOr<std::optional<std::string>> one = co_await stream->Read();
    EXPECT_EQ(**one, "하나");
    const absl::StatusOr<std::optional<std::string>> end = co_await stream->Read();
    co_return end.status();
  };
  const absl::Status status = loop.BlockOn(talk(*channel));
  EXPECT_EQ(ReasonOf(status), "VIEW_BEHIND");
}

// Frames of streams: destroyed when the client cancels, vanishes, or runs out of time.
class StreamFrameTest : public ServerTest {
 protected:
  void StartHolding() {
    handler.stream = [this](const Inbound&, ServerStream& stream) { return Hold(stream); };
    Start();
  }
  async::Task<absl::Status> Hold(ServerStream& stream) {
    const Alive alive(frames);
    CO_RETURN_IF_ERROR(co_await stream.Write("started"));
    changed->NotifyAll();
    co_await loop.SleepUntil(loop.Now() + absl::Hours(1));
    co_return absl::OkStatus();
  }
  std::unique_ptr<ClientStream> OpenAndHear(CallOptions options = {}) {
    auto open = [](Channel& to, CallOptions with) -> async::Task<std::unique_ptr<ClientStream>> {
      std::unique_ptr<ClientStream> stream = to.Open("StreamHold", std::move(with));
      const absl::StatusOr<std::optional<std::string>> first = co_await stream->Read();
      EXPECT_TRUE(first.ok()) << first.status();
      co_return stream;
    };
    return loop.BlockOn(open(*channel, std::move(options)));
  }

  int frames = 0;
};

TEST_F(StreamFrameTest, IsDestroyedWhenTheClientCancels) {
  StartHolding();
  std::unique_ptr<ClientStream> stream = OpenAndHear();
  EXPECT_TRUE(Eventually([&] { return frames == 1; }));
  loop.RunHere([&] { stream.reset(); });
  EXPECT_TRUE(Eventually([&] { return frames == 0; }));
}

TEST_F(StreamFrameTest, IsDestroyedAtTheDeadline) {
  StartHolding();
  CallOptions options;
  options.deadline = In(absl::Milliseconds(200));
  std::unique_ptr<ClientStream> stream = OpenAndHear(std::move(options));
  EXPECT_TRUE(Eventually([&] { return frames == 0; }));
  const auto end = loop.BlockOn(stream->Read());
  EXPECT_EQ(end.status().code(), absl::StatusCode::kDeadlineExceeded);
  loop.RunHere([&] { stream.reset(); });
}

TEST_F(StreamFrameTest, IsDestroyedWithTheServer) {
  StartHolding();
  std::unique_ptr<ClientStream> stream = OpenAndHear();
  loop.RunHere([&] {
    EXPECT_EQ(frames, 1);
    server.reset();
    EXPECT_EQ(frames, 0);
  });
  const auto end = loop.BlockOn(stream->Read());
  EXPECT_FALSE(end.ok());
  loop.RunHere([&] { stream.reset(); });
}

TEST_F(StreamFrameTest, AnAbandonedReadLosesNoMessage) {
  handler.stream = [](const Inbound&, ServerStream& stream) -> async::Task<absl::Status> {
    {
      // Gives up before anything has come.
      async::Scope scope;
      scope.Spawn(
          [](ServerStream& from) -> async::Task<void> { (void)co_await from.Read(); }(stream));
    }
    CO_RETURN_IF_ERROR(co_await stream.Write("gave up"));
    CO_ASSIGN_OR_RETURN(std::optional<std::string> message, co_await stream.Read());
    co_return co_await stream.Write(*std::move(message));
  };
  Start();
  auto talk = [](Channel& to) -> async::Task<std::string> {
    const std::unique_ptr<ClientStream> stream = to.Open("StreamTwice", CallOptions());
    (void)co_await stream->Read();
    (void)co_await stream->Write("첫 번째");
    const absl::StatusOr<std::optional<std::string>> echoed = co_await stream->Read();
    co_return **echoed;
  };
  EXPECT_EQ(loop.BlockOn(talk(*channel)), "첫 번째");
}

// Unary handlers run to their end: their effect is a transaction that must not stop half way for a
// caller's whim.
TEST_F(ServerTest, AUnaryHandlerRunsToItsEndAfterTheCallerHasGone) {
  bool started = false;
  bool finished = false;
  async::OneShot<bool>::Sender release;
  handler.unary = [&](const Inbound& call, std::string_view message) -> async::Task<Reply> {
    auto [sender, receiver] = async::OneShot<bool>::Make();
    release = std::move(sender);
    started = true;
    co_await receiver;
    finished = true;
    co_return co_await ScriptedHandler::Echo(call, message);
  };
  Start();
  CallOptions options;
  options.deadline = In(absl::Milliseconds(100));
  EXPECT_EQ(Call("Wait", "", options).status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(started);
  EXPECT_FALSE(finished);
  loop.RunHere([&] { release.Send(true); });
  EXPECT_TRUE(Eventually([&] { return finished; }));
}

TEST_F(ServerTest, DestroyingTheServerDestroysUnaryFramesAtOnce) {
  int frames = 0;
  handler.unary = [&](const Inbound& call, std::string_view message) -> async::Task<Reply> {
    const Alive alive(frames);
    co_await loop.SleepUntil(loop.Now() + absl::Hours(1));
    co_return co_await ScriptedHandler::Echo(call, message);
  };
  Start();
  async::Scope scope;
  std::vector<absl::Status> ended;
  loop.RunHere([&] {
    for (int i = 0; i < 50; ++i) {
      scope.Spawn([](Channel& to, std::vector<absl::Status>& all) -> async::Task<void> {
        const Reply reply = co_await to.Call("Wait", "", CallOptions());
        all.push_back(reply.status);
      }(*channel, ended));
    }
  });
  ASSERT_TRUE(Eventually([&] { return frames == 50; }));
  loop.RunHere([&] {
    server.reset();
    EXPECT_EQ(frames, 0);
  });
  EXPECT_TRUE(Eventually([&] { return ended.size() == 50; }));
  for (const absl::Status& status : ended) EXPECT_FALSE(status.ok());
}

// Shutdown.
TEST_F(ServerTest, ShutdownFinishesCallsInFlight) {
  bool waiting = false;
  async::OneShot<bool>::Sender release;
  handler.unary = [&](const Inbound& call, std::string_view message) -> async::Task<Reply> {
    auto [sender, receiver] = async::OneShot<bool>::Make();
    release = std::move(sender);
    waiting = true;
    co_await receiver;
    co_return co_await ScriptedHandler::Echo(call, message);
  };
  Start();
  async::Scope scope;
  Reply reply;
  bool shut_down = false;
  loop.RunHere([&] {
    scope.Spawn([](Channel& to, Reply& answer) -> async::Task<void> {
      answer = co_await to.Call("Wait", "끝까지", CallOptions());
    }(*channel, reply));
  });
  ASSERT_TRUE(Eventually([&] { return waiting; }));
  loop.RunHere([&] {
    scope.Spawn([](Server& of, Instant until, bool& done) -> async::Task<void> {
      co_await of.Shutdown(until);
      done = true;
    }(*server, In(absl::Seconds(30)), shut_down));
    EXPECT_FALSE(shut_down);
  });
  // New calls are not served any more.
  GrpcChannelOptions options;
  options.target = absl::StrCat("127.0.0.1:", server->port());
  std::unique_ptr<Channel> late;
  loop.RunHere([&] { late = OpenGrpcChannel(loop, options); });
  const Reply refused = loop.BlockOn(late->Call("Wait", "", CallOptions()));
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kUnavailable) << refused.status;
  loop.RunHere([&] { release.Send(true); });
  EXPECT_TRUE(Eventually([&] { return shut_down; }));
  EXPECT_TRUE(Eventually([&] { return scope.size() == 0; }));
  EXPECT_EQ(reply.message, "끝까지") << reply.status;
  loop.RunHere([&] { late.reset(); });
}

TEST_F(StreamFrameTest, ShutdownCancelsWhatIsLeftAtItsDeadline) {
  StartHolding();
  std::unique_ptr<ClientStream> stream = OpenAndHear();
  const Instant start = loop.Now();
  loop.BlockOn(server->Shutdown(start + absl::Milliseconds(100)));
  EXPECT_EQ(frames, 0);
  EXPECT_GE(loop.Now() - start, absl::Milliseconds(100));
  EXPECT_LT(loop.Now() - start, absl::Seconds(5));
  // Idempotent.
  loop.BlockOn(server->Shutdown(In(absl::Seconds(10))));
  loop.RunHere([&] { stream.reset(); });
}

// A connection whose client has said what HTTP/2 wants and then neither reads nor writes (RFC 9113,
// section 3.4).
class SilentClient {
 public:
  explicit SilentClient(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string_view preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
    EXPECT_EQ(send(socket_, preface.data(), preface.size(), 0), 33);
    // The server's settings: it has taken the connection.
    char byte;
    EXPECT_EQ(recv(socket_, &byte, 1, 0), 1);
  }
  ~SilentClient() { close(socket_); }

 private:
  const int socket_;
};

TEST_F(ServerTest, ShutdownDoesNotWaitForIdleClientsThatDoNotListen) {
  Start();
  const SilentClient client(server->port());
  const Instant start = loop.Now();
  loop.BlockOn(server->Shutdown(In(absl::Seconds(30))));
  EXPECT_LT(loop.Now() - start, absl::Seconds(5));
}

TEST_F(ServerTest, ShutdownFreesThePort) {
  Start();
  EXPECT_TRUE(Call("Echo", "").status.ok());
  const int port = server->port();
  loop.BlockOn(server->Shutdown(In(absl::Seconds(10))));
  loop.RunHere([&] {
    channel.reset();
    server.reset();
  });
  GrpcServerOptions options;
  options.address = absl::StrCat("127.0.0.1:", port);
  Start(options);
  EXPECT_TRUE(Call("Echo", "").status.ok());
}

// Listening.
TEST_F(ServerTest, APortInUseIsAClearError) {
  Start();
  loop.RunHere([&] {
    GrpcServerOptions options;
    options.address = absl::StrCat("127.0.0.1:", server->port());
    const auto second = StartGrpcServer(loop, handler, options);
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
    EXPECT_THAT(std::string(second.status().message()), HasSubstr(options.address));
  });
  EXPECT_TRUE(Call("Echo", "").status.ok());
}

TEST_F(ServerTest, AnAddressOfAnotherMachineIsAClearError) {
  loop.RunHere([&] {
    GrpcServerOptions options;
    options.address = "192.0.2.1:7101";
    const auto started = StartGrpcServer(loop, handler, options);
    EXPECT_THAT(std::string(started.status().message()),
                HasSubstr("Cannot assign requested address"));
  });
}

}  // namespace
}  // namespace maru::rpc
