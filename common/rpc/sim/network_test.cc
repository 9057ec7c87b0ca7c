// Goal: calls over the simulated network succeed, hang and fail as over gRPC and TCP. Method: two
// machines by hand, a handler that does what the request says.
#include "common/rpc/sim/network.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/async/scope.h"
#include "common/rpc/error.h"
#include "common/rpc/service.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::rpc {
namespace {

constexpr char kAddress[] = "127.0.0.1:7101";
constexpr absl::Time kWall = absl::FromUnixSeconds(1'800'000'000);

// "slow": answers after a second. "refuse": an error with details. Streams send each message back.
class Echo final : public InboundHandler {
 public:
  explicit Echo(async::Executor& executor) : executor_(executor) {}

  bool IsStream(std::string_view method) const override { return method == "stream"; }
  async::Task<Reply> OnUnary(const Inbound& call, std::string_view message) override {
    ++calls;
    deadline = call.deadline - executor_.Now();
    if (message == "slow") co_await executor_.Sleep(absl::Seconds(1));
    if (message == "refuse") co_return Reply{options::v1::errors::Overloaded(), {}, {}};
    Reply reply;
    reply.message = absl::StrCat("re: ", std::string(message));
    reply.metadata.Add("maru-position", "p");
    co_return reply;
  }
  async::Task<absl::Status> OnStream(const Inbound&, ServerStream& stream) override {
    const Count count(streams);
    while (true) {
      auto message = co_await stream.Read();
      if (!message.ok()) co_return message.status();
      if (!message->has_value()) co_return absl::OkStatus();
      if (**message == "idle") co_await executor_.Sleep(absl::Hours(1));
      (co_await stream.Write(**std::move(message))).IgnoreError();
    }
  }

  int calls = 0;
  int streams = 0;
  absl::Duration deadline;

 private:
  struct Count {
    explicit Count(int& running) : of(running) { ++of; }
    ~Count() { --of; }
    int& of;
  };
  async::Executor& executor_;
};

class SimNetworkTest : public testing::Test {
 protected:
  struct Process {
    Process(SimNetworkTest& test, const std::string& name)
        : executor(test.scheduler_, absl::Hours(name.size()), kWall),
          node(test.network_, name, executor) {}
    async::SimExecutor executor;
    SimNode node;
  };
  struct Serving : Process {
    explicit Serving(SimNetworkTest& test) : Process(test, "server"), echo(executor) {
      auto listening = node.Listen(kAddress, 2, echo);
      EXPECT_TRUE(listening.ok());
      server = *std::move(listening);
    }
    Echo echo;
    std::unique_ptr<Server> server;
  };

  SimNetworkTest() {
    network_.AddMachine("server", kAddress);
    channel_ = client_.node.OpenChannel(kAddress);
  }
  ~SimNetworkTest() override { tasks_.CancelAll(); }

  void RunFor(absl::Duration time) {
    const Instant until = scheduler_.Now() + time;
    while (scheduler_.RunOne(until) != nullptr) {
    }
  }

  // The place where the reply will be.
  std::optional<Reply>& Ask(std::string message, absl::Duration within = absl::Seconds(5)) {
    auto& reply = *replies_.emplace_back(std::make_unique<std::optional<Reply>>());
    tasks_.Spawn(Hear(std::move(message), within, reply));
    return reply;
  }
  async::Task<void> Hear(std::string message, absl::Duration within, std::optional<Reply>& reply) {
    CallOptions options;
    options.deadline = client_.executor.Now() + within;
    reply = co_await channel_->Call("unary", std::move(message), std::move(options));
  }

  async::Task<void> Send(ClientStream& stream, std::vector<std::string> messages, size_t& sent) {
    for (std::string& message : messages) {
      if (!(co_await stream.Write(std::move(message))).ok()) co_return;
      ++sent;
    }
    (co_await stream.WritesDone()).IgnoreError();
  }
  async::Task<void> Receive(ClientStream& stream, std::vector<std::string>& received,
                            std::optional<absl::Status>& ended) {
    while (true) {
      auto message = co_await stream.Read();
      if (!message.ok() || !message->has_value()) {
        ended = message.status();
        co_return;
      }
      received.push_back(**std::move(message));
    }
  }

  void Cut(const char* from, const char* to, bool cut) {
    SimLink link;
    link.cut = cut;
    network_.SetLink(from, to, link);
  }

  async::SimScheduler scheduler_{7};
  SimNetwork network_{scheduler_, 7, nullptr};
  Process client_{*this, "client"};
  std::unique_ptr<Serving> serving_ = std::make_unique<Serving>(*this);
  std::unique_ptr<Channel> channel_;
  std::vector<std::unique_ptr<std::optional<Reply>>> replies_;
  async::Scope tasks_;
};

TEST_F(SimNetworkTest, ACallIsAnsweredWithMetadataAndItsDeadlineTravels) {
  auto& reply = Ask("안녕", absl::Seconds(3));
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status, absl::OkStatus());
  EXPECT_EQ(reply->message, "re: 안녕");
  EXPECT_EQ(reply->metadata.Find("maru-position"), "p");
  EXPECT_GT(serving_->echo.deadline, absl::Seconds(2));
  EXPECT_LE(serving_->echo.deadline, absl::Seconds(3));
}

TEST_F(SimNetworkTest, ErrorsTravelWithTheirDetails) {
  auto& reply = Ask("refuse");
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(ReasonOf(reply->status), "OVERLOADED");
  EXPECT_EQ(reply->metadata.Find("retry-after"), "1");
}

TEST_F(SimNetworkTest, WhereNobodyListensACallFailsAtOnceUnsentAndLaterOnesConnect) {
  serving_.reset();
  auto& refused = Ask("a");
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(SurelyUnsent(refused->status));
  serving_ = std::make_unique<Serving>(*this);
  // The channel pauses between attempts.
  auto& early = Ask("b");
  RunFor(absl::Milliseconds(200));
  EXPECT_TRUE(early.has_value() && SurelyUnsent(early->status));
  auto& late = Ask("c");
  RunFor(absl::Milliseconds(10));
  EXPECT_TRUE(late.has_value() && late->status.ok());
}

TEST_F(SimNetworkTest, AKilledServerBreaksItsCalls) {
  auto& reply = Ask("slow");
  RunFor(absl::Milliseconds(100));
  EXPECT_FALSE(reply.has_value());
  serving_->node.Silence(/*machine_answers=*/true);
  serving_.reset();
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(SurelyUnsent(reply->status));
}

TEST_F(SimNetworkTest, AMachineWithoutPowerIsSilentUntilItsNextProcessIsAsked) {
  auto stream = channel_->Open("stream", {});
  std::vector<std::string> received;
  std::optional<absl::Status> ended;
  size_t sent = 0;
  tasks_.Spawn(Receive(*stream, received, ended));
  tasks_.Spawn(Send(*stream, {"idle"}, sent));
  auto& reply = Ask("slow", absl::Seconds(20));
  RunFor(absl::Milliseconds(100));
  serving_->node.Silence(/*machine_answers=*/false);
  serving_.reset();
  RunFor(absl::Seconds(10));
  EXPECT_FALSE(reply.has_value());
  EXPECT_FALSE(ended.has_value());
  serving_ = std::make_unique<Serving>(*this);
  auto& next = Ask("a");
  RunFor(absl::Seconds(1));
  EXPECT_TRUE(next.has_value());
  EXPECT_EQ(next->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(reply.has_value() && ended.has_value());
  tasks_.CancelAll();
}

TEST_F(SimNetworkTest, WhatACutLinkHoldsArrivesWhenItMends) {
  ASSERT_TRUE(Ask("a") == std::nullopt);
  RunFor(absl::Milliseconds(10));
  Cut("server", "client", true);
  auto& patient = Ask("b", absl::Seconds(20));
  auto& hasty = Ask("c", absl::Seconds(1));
  RunFor(absl::Seconds(2));
  EXPECT_EQ(serving_->echo.calls, 3);
  EXPECT_FALSE(patient.has_value());
  ASSERT_TRUE(hasty.has_value());
  EXPECT_EQ(hasty->status.code(), absl::StatusCode::kDeadlineExceeded);
  Cut("server", "client", false);
  RunFor(absl::Milliseconds(10));
  EXPECT_TRUE(patient.has_value() && patient->status.ok());
}

TEST_F(SimNetworkTest, NoConnectionComesAboutOverACutLink) {
  Cut("client", "server", true);
  auto& reply = Ask("a", absl::Seconds(20));
  RunFor(absl::Milliseconds(2100));
  ASSERT_TRUE(reply.has_value());
  EXPECT_TRUE(SurelyUnsent(reply->status));
  EXPECT_EQ(serving_->echo.calls, 0);
}

TEST_F(SimNetworkTest, AStreamKeepsItsOrderAndStopsItsSenderUntilItIsRead) {
  auto stream = channel_->Open("stream", {});
  std::vector<std::string> messages;
  for (int i = 0; i < 50; ++i) messages.push_back(absl::StrCat(i, std::string(10'000, '.')));
  size_t sent = 0;
  tasks_.Spawn(Send(*stream, messages, sent));
  RunFor(absl::Seconds(1));
  // What does not fit into both windows waits: nobody reads the replies.
  EXPECT_LT(sent, 20u);
  std::vector<std::string> received;
  std::optional<absl::Status> ended;
  tasks_.Spawn(Receive(*stream, received, ended));
  RunFor(absl::Seconds(1));
  EXPECT_EQ(received, messages);
  EXPECT_EQ(ended, absl::OkStatus());
  tasks_.CancelAll();
}

TEST_F(SimNetworkTest, AClientThatIsGoneEndsItsStreams) {
  auto stream = channel_->Open("stream", {});
  RunFor(absl::Milliseconds(10));
  EXPECT_EQ(serving_->echo.streams, 1);
  stream.reset();
  RunFor(absl::Milliseconds(10));
  EXPECT_EQ(serving_->echo.streams, 0);
  auto another = channel_->Open("stream", {});
  RunFor(absl::Milliseconds(10));
  EXPECT_EQ(serving_->echo.streams, 1);
  another.reset();
  channel_.reset();
  RunFor(absl::Milliseconds(10));
  EXPECT_EQ(serving_->echo.streams, 0);
}

TEST_F(SimNetworkTest, AResetBreaksBothEnds) {
  auto stream = channel_->Open("stream", {});
  std::vector<std::string> received;
  std::optional<absl::Status> ended;
  tasks_.Spawn(Receive(*stream, received, ended));
  RunFor(absl::Milliseconds(10));
  network_.Reset("client", "server");
  EXPECT_EQ(serving_->echo.streams, 0);
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code(), absl::StatusCode::kUnavailable);
  auto& reply = Ask("a");
  RunFor(absl::Milliseconds(10));
  EXPECT_TRUE(reply.has_value() && reply->status.ok());
  tasks_.CancelAll();
}

TEST_F(SimNetworkTest, ShutdownLetsCallsFinishAndRefusesNewOnes) {
  auto& running = Ask("slow");
  RunFor(absl::Milliseconds(10));
  bool down = false;
  async::Scope stopping;
  stopping.Spawn([](Serving& serving, bool& done) -> async::Task<void> {
    co_await serving.server->Shutdown(serving.executor.Now() + absl::Seconds(5));
    done = true;
  }(*serving_, down));
  RunFor(absl::Milliseconds(10));
  auto& refused = Ask("a");
  RunFor(absl::Milliseconds(10));
  EXPECT_TRUE(refused.has_value() && SurelyUnsent(refused->status));
  EXPECT_FALSE(down);
  RunFor(absl::Seconds(1));
  EXPECT_TRUE(running.has_value() && running->status.ok());
  EXPECT_TRUE(down);
}

TEST_F(SimNetworkTest, CallsAboveTheLimitAreRefused) {
  ASSERT_TRUE(Ask("slow") == std::nullopt);
  ASSERT_TRUE(Ask("slow") == std::nullopt);
  RunFor(absl::Milliseconds(10));
  auto& refused = Ask("a");
  RunFor(absl::Milliseconds(10));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(ReasonOf(refused->status), "OVERLOADED");
}

}  // namespace
}  // namespace maru::rpc
