// Goal: what a caller promises holds over real connections: a callee that refuses, answers late,
// never, is gone and comes back. Method: a real server and channel on this machine; open intervals
// are short, deadlines are the contract's.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/rpc/error.h"
#include "common/rpc/grpc/test_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"
#include "mesh/breaker/caller.h"

namespace maru::breaker {
namespace {

constexpr absl::Duration kOpenInterval = absl::Milliseconds(500);

constexpr rpc::MethodInfo kCheck = {.full_name = "test.ScheduleService/CheckReviewEligibility",
                                    .name = "CheckReviewEligibility",
                                    .kind = rpc::MethodKind::kUnary,
                                    .deadline = absl::Milliseconds(600),
                                    .roles = {rpc::Role::ROLE_SERVICE},
                                    .callers = "review",
                                    .idempotency = options::v1::IDEMPOTENCY_QUERY,
                                    .breaker_class = "check",
                                    .breaker_slow = absl::Milliseconds(200)};

class ZeroRandom final : public Random {
 public:
  uint64_t Next() override { return 0; }
};

class Silent final : public CallerObserver {
 public:
  void OnTry(const rpc::MethodInfo&, const absl::Status&, absl::Duration) override {}
  void OnRefused(const rpc::MethodInfo&) override {}
  void OnRetry(const rpc::MethodInfo&) override {}
  void OnBreaker(std::string_view, State, State) override {}
};

class CallerOverGrpcTest : public rpc::ServerTest {
 protected:
  CallerOverGrpcTest() {
    call_.trace.trace_id = std::string(32, 'a');
    call_.trace.span_id = std::string(16, 'b');
  }
  ~CallerOverGrpcTest() override {
    loop.RunHere([this] { caller_.reset(); });
  }

  void StartAll() {
    Start();
    CallerOptions options{.callee = "schedule", .breaker = {}, .retry = {}};
    options.breaker.open_min = kOpenInterval;
    options.breaker.open_max = kOpenInterval;
    loop.RunHere([&] {
      caller_ = std::make_unique<BreakingCaller>(
          options, *channel, [] { return std::string("token"); }, loop, random_, observer_);
    });
  }
  void StopServer() {
    port_ = server->port();
    loop.BlockOn(server->Shutdown(loop.Now()));
    loop.RunHere([this] { server.reset(); });
  }
  void StartServerAgain() {
    loop.RunHere([this] {
      rpc::GrpcServerOptions options;
      options.address = absl::StrCat("127.0.0.1:", port_);
      absl::StatusOr<std::unique_ptr<rpc::Server>> started =
          rpc::StartGrpcServer(loop, handler, options);
      ASSERT_TRUE(started.ok()) << started.status();
      server = *std::move(started);
    });
  }

  absl::Status Call() {
    call_.deadline = loop.Now() + absl::Seconds(2);
    const Instant started = loop.Now();
    const absl::Status status = loop.BlockOn(caller_->Call(call_, kCheck, "request")).status();
    took_ = loop.Now() - started;
    return status;
  }
  State BreakerState() {
    State state = State::kClosed;
    loop.RunHere([&] { state = BreakerStateHere(); });
    return state;
  }
  // On the loop.
  State BreakerStateHere() const { return caller_->breakers().at(0).state; }
  // Calls until the breaker is open.
  void Trip() {
    for (int i = 0; i < 100; ++i) {
      if (i > 0 && BreakerState() == State::kOpen) return;
      EXPECT_FALSE(Call().ok());
    }
    FAIL() << "the breaker did not open";
  }

  ZeroRandom random_;
  Silent observer_;
  rpc::CallContext call_;
  std::unique_ptr<BreakingCaller> caller_;
  absl::Duration took_;
  int port_ = 0;
};

TEST_F(CallerOverGrpcTest, RefusalsPassWithTheirDetails) {
  handler.unary = [](const rpc::Inbound&, std::string_view) -> async::Task<rpc::Reply> {
    rpc::Reply reply;
    reply.status = options::v1::errors::NotFound("schedule", "서울-1");
    event::v1::Position position;
    position.add_entries()->set_topic("datecourse.schedule");
    reply.metadata.Add("maru-position", absl::WebSafeBase64Escape(position.SerializeAsString()));
    co_return reply;
  };
  StartAll();
  const absl::Status status = Call();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(rpc::ErrorInfoOf(status)->metadata().at("id"), "서울-1");
  EXPECT_EQ(call_.published().entries_size(), 1);
}

TEST_F(CallerOverGrpcTest, CalleeThatNeverAnswersCostsTheDeadlineAtMost) {
  handler.unary = [this](const rpc::Inbound&, std::string_view) -> async::Task<rpc::Reply> {
    co_await loop.Sleep(absl::Seconds(3));
    co_return rpc::Reply();
  };
  StartAll();
  const absl::Status status = Call();
  EXPECT_EQ(rpc::ReasonOf(status), "CALLEE_UNAVAILABLE");
  EXPECT_FALSE(rpc::SurelyUnsent(status));
  EXPECT_GT(took_, absl::Milliseconds(500));
  EXPECT_LT(took_, absl::Milliseconds(900));
}

TEST_F(CallerOverGrpcTest, NobodyListensIsSurelyUnsent) {
  StartAll();
  StopServer();
  const absl::Status status = Call();
  EXPECT_EQ(rpc::ReasonOf(status), "CALLEE_UNAVAILABLE");
  EXPECT_TRUE(rpc::SurelyUnsent(status));
  EXPECT_TRUE(rpc::RetryDelayOf(status).has_value());
}

TEST_F(CallerOverGrpcTest, OpenBreakerAnswersAtOnceAndTheCallWorksByItselfWithinOneInterval) {
  StartAll();
  EXPECT_TRUE(Call().ok());
  StopServer();
  Trip();
  const absl::Status refused = Call();
  EXPECT_EQ(rpc::ReasonOf(refused), "CALLEE_UNAVAILABLE");
  EXPECT_TRUE(rpc::SurelyUnsent(refused));
  EXPECT_LT(took_, absl::Milliseconds(50));

  StartServerAgain();
  const Instant back = loop.Now();
  ASSERT_TRUE(Eventually([&] { return BreakerStateHere() == State::kHalfOpen; }));
  // The connection may need one more round of its own backoff (at most a second).
  absl::Status status = Call();
  while (!status.ok() && loop.Now() - back < absl::Seconds(5)) status = Call();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_LT(loop.Now() - back, kOpenInterval + absl::Seconds(1) + kOpenInterval);
}

}  // namespace
}  // namespace maru::breaker
