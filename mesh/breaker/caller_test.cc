// Goal: a caller sees the callee's decisions or UNAVAILABLE, in time, and knows what surely did not
// happen; retries stay within idempotence, deadline and budget. Method: a scripted Channel under
// virtual time.
#include "mesh/breaker/caller.h"

#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/rpc/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "maru/options/v1/reasons.maru.h"

namespace maru::breaker {
namespace {

using absl::StatusCode;
using options::v1::Idempotency;
using rpc::MethodInfo;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr MethodInfo Method(Idempotency idempotency) {
  return {.full_name = "maru.datecourse.schedule.v1.ScheduleService/CheckReviewEligibility",
          .name = "CheckReviewEligibility",
          .kind = rpc::MethodKind::kUnary,
          .deadline = absl::Milliseconds(600),
          .roles = {rpc::Role::ROLE_SERVICE},
          .callers = "review",
          .idempotency = idempotency,
          .breaker_class = "check",
          .breaker_slow = absl::Milliseconds(200)};
}
constexpr MethodInfo kQuery = Method(options::v1::IDEMPOTENCY_QUERY);
constexpr MethodInfo kByRequestId = Method(options::v1::IDEMPOTENCY_REQUEST_ID);
constexpr MethodInfo kByBusinessKey = Method(options::v1::IDEMPOTENCY_BUSINESS_KEY);
constexpr MethodInfo kOnce = Method(options::v1::IDEMPOTENCY_NONE);

class FixedRandom final : public Random {
 public:
  uint64_t Next() override { return 0; }  // shortest backoff, no jitter of the open interval
};

// Answers with what the script says, in order; without a script, OK.
class ScriptedChannel final : public rpc::Channel {
 public:
  struct Answer {
    absl::Status status;
    absl::Duration after;
    rpc::Metadata metadata;
  };
  struct Sent {
    std::string message;
    rpc::CallOptions options;
    Instant at;
  };

  explicit ScriptedChannel(async::Executor& executor) : executor_(executor) {}

  async::Task<rpc::Reply> Call(std::string_view, std::string message,
                               rpc::CallOptions options) override {
    const Instant deadline = options.deadline;
    sent.push_back({std::move(message), std::move(options), executor_.Now()});
    Answer answer;
    if (!script.empty()) {
      answer = std::move(script.front());
      script.pop_front();
    }
    const Instant due = executor_.Now() + answer.after;
    if (due > executor_.Now()) co_await executor_.SleepUntil(std::min(due, deadline));
    rpc::Reply reply;
    reply.status = due > deadline ? absl::DeadlineExceededError("too late") : answer.status;
    reply.message = "reply";
    reply.metadata = std::move(answer.metadata);
    co_return reply;
  }
  std::unique_ptr<rpc::ClientStream> Open(std::string_view, rpc::CallOptions) override {
    MARU_CHECK(false);
  }

  void Fail(int times, absl::Status status) {
    for (int i = 0; i < times; ++i) script.push_back({status, {}, {}});
  }

  std::deque<Answer> script;
  std::vector<Sent> sent;

 private:
  async::Executor& executor_;
};

class Recorder final : public CallerObserver {
 public:
  void OnTry(const MethodInfo&, const absl::Status&, absl::Duration) override { ++tries; }
  void OnRefused(const MethodInfo&) override { ++refused; }
  void OnRetry(const MethodInfo&) override { ++retries; }
  void OnBreaker(std::string_view name, State, State to) override {
    changes.push_back(std::string(name) + " " + std::string(Name(to)));
  }
  int tries = 0;
  int refused = 0;
  int retries = 0;
  std::vector<std::string> changes;
};

class CallerTest : public testing::Test {
 protected:
  CallerTest() {
    call_.deadline = executor_.Now() + absl::Seconds(10);
    call_.actor = "kim";
    call_.trace.trace_id = "0af7651916cd43dd8448eb211c80319c";
    call_.trace.span_id = "b7ad6b7169203331";
  }

  // Runs a call to its end and returns what it answered.
  rpc::EncodedReply Call(const MethodInfo& method) {
    std::optional<rpc::EncodedReply> result;
    async::Scope scope;
    scope.Spawn(Keep(caller_.Call(call_, method, "request"), result));
    executor_.RunUntilIdle();
    for (int i = 0; i < 2'000 && !result.has_value(); ++i) executor_.Advance(absl::Milliseconds(5));
    MARU_CHECK(result.has_value());
    return *std::move(result);
  }
  absl::Status CallStatus(const MethodInfo& method) {
    call_.deadline = executor_.Now() + absl::Seconds(10);
    return Call(method).status();
  }
  static async::Task<void> Keep(async::Task<rpc::EncodedReply> task,
                                std::optional<rpc::EncodedReply>& result) {
    result = co_await std::move(task);
  }
  // Opens the breaker with calls that are not retried.
  void Trip() {
    channel_.Fail(20, absl::UnavailableError("gone"));
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(CallStatus(kOnce).ok());
    channel_.sent.clear();
  }

  async::ManualExecutor executor_;
  FixedRandom random_;
  ScriptedChannel channel_{executor_};
  Recorder recorder_;
  rpc::CallContext call_;
  BreakingCaller caller_{{.callee = "schedule", .breaker = {}, .retry = {}},
                         channel_,
                         [] { return std::string("token"); },
                         executor_,
                         random_,
                         recorder_};
};

// --- What is sent
// -------------------------------------------------------------------------------------------------------

TEST_F(CallerTest, SendsIdentityTraceAndRequestId) {
  call_.request_id = "0190d5a5-0000-7000-8000-000000000001";
  EXPECT_EQ(*Call(kQuery), "reply");
  ASSERT_EQ(channel_.sent.size(), 1u);
  const rpc::Metadata& metadata = channel_.sent[0].options.metadata;
  EXPECT_EQ(channel_.sent[0].message, "request");
  EXPECT_EQ(metadata.Find("authorization"), "Bearer token");
  EXPECT_EQ(metadata.Find("traceparent"),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  EXPECT_EQ(metadata.Find("maru-actor-bin"), "kim");
  EXPECT_EQ(metadata.Find("maru-request-id"), call_.request_id);
}

TEST_F(CallerTest, DeadlineIsTheContractsOrWhatIsLeftOfTheCallers) {
  Call(kQuery).IgnoreError();
  EXPECT_EQ(channel_.sent[0].options.deadline, executor_.Now() + absl::Milliseconds(600));
  call_.deadline = executor_.Now() + absl::Milliseconds(300);
  Call(kQuery).IgnoreError();
  EXPECT_EQ(channel_.sent[1].options.deadline, executor_.Now() + absl::Milliseconds(280));
}

TEST_F(CallerTest, NothingIsSentWhenNoTimeIsLeft) {
  call_.deadline = executor_.Now() + absl::Milliseconds(20);
  const absl::Status status = Call(kQuery).status();
  EXPECT_EQ(rpc::ReasonOf(status), "CALLEE_UNAVAILABLE");
  EXPECT_TRUE(rpc::SurelyUnsent(status));
  EXPECT_THAT(channel_.sent, IsEmpty());
}

TEST_F(CallerTest, PositionsOfTheCalleeAreLearned) {
  event::v1::Position position;
  event::v1::PositionEntry& entry = *position.add_entries();
  entry.set_topic("datecourse.schedule");
  entry.set_partition(3);
  entry.set_sequence(42);
  rpc::Metadata metadata;
  metadata.Add("maru-position", absl::WebSafeBase64Escape(position.SerializeAsString()));
  channel_.script.push_back({absl::FailedPreconditionError("refused"), {}, metadata});
  EXPECT_FALSE(Call(kQuery).ok());
  ASSERT_EQ(call_.published().entries_size(), 1);
  EXPECT_EQ(call_.published().entries(0).sequence(), 42u);
}

// --- What the caller sees: a table
// ----------------------------------------------------------------------------------------

absl::Status WithReason(absl::Status status, std::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  rpc::SetDetail(status, info);
  return status;
}

struct Seen {
  std::string name;
  absl::Status callee;
  bool want_passed_on;
  bool want_unsent;
};
void PrintTo(const Seen& seen, std::ostream* out) { *out << seen.name; }

class CallerSeesTest : public CallerTest, public testing::WithParamInterface<Seen> {};

TEST_P(CallerSeesTest, DecisionOrUnavailable) {
  channel_.script.push_back({GetParam().callee, {}, {}});
  const absl::Status status = CallStatus(kOnce);
  if (GetParam().want_passed_on) {
    EXPECT_EQ(status, GetParam().callee);
    return;
  }
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(rpc::ReasonOf(status), "CALLEE_UNAVAILABLE");
  EXPECT_EQ(rpc::ErrorInfoOf(status)->metadata().at("callee"), "schedule");
  EXPECT_GT(rpc::RetryDelayOf(status).value_or(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(rpc::SurelyUnsent(status), GetParam().want_unsent);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CallerSeesTest,
    testing::Values(
        Seen{"Refusal", WithReason(absl::FailedPreconditionError("closed"), "REVIEW_CLOSED"), true,
             false},
        Seen{"NotFound", WithReason(absl::NotFoundError("none"), "NOT_FOUND"), true, false},
        Seen{"InvalidArgument", absl::InvalidArgumentError("bad"), true, false},
        Seen{"Forbidden", WithReason(absl::PermissionDeniedError("no"), "NOT_YOURS"), true, false},
        Seen{"NoConnection", rpc::MarkUnsent(absl::UnavailableError("refused")), false, true},
        Seen{"ConnectionLost", absl::UnavailableError("reset"), false, false},
        Seen{"NotServing", WithReason(absl::UnavailableError("stopping"), "NOT_SERVING"), false,
             true},
        Seen{"StoreFailed", WithReason(absl::UnavailableError("store"), "STORE_FAILED"), false,
             false},
        Seen{"Overloaded", options::v1::errors::Overloaded(), false, true},
        Seen{"ReplyTooLarge", absl::ResourceExhaustedError("larger than max"), false, false},
        Seen{"Timeout", absl::DeadlineExceededError("late"), false, false},
        Seen{"CancelledByTheCallee", absl::CancelledError("stopping"), false, false},
        Seen{"Internal", WithReason(absl::InternalError("bug"), "INTERNAL"), false, false},
        Seen{"DataLoss", absl::DataLossError("damaged"), false, false},
        Seen{"TokenRejected",
             WithReason(absl::UnauthenticatedError("bad token"), "UNAUTHENTICATED"), false, true},
        Seen{"RoleRejected", WithReason(absl::PermissionDeniedError("role"), "ROLE_REQUIRED"),
             false, true},
        Seen{"MethodMissing", WithReason(absl::UnimplementedError("unknown"), "UNKNOWN_METHOD"),
             false, true}),
    [](const auto& info) { return info.param.name; });

TEST_F(CallerTest, OverloadedCalleeSetsTheDelay) {
  channel_.Fail(1, options::v1::errors::DiskFull());
  EXPECT_EQ(rpc::RetryDelayOf(CallStatus(kOnce)), absl::Seconds(5));
}

TEST_F(CallerTest, WithoutATokenNothingIsSent) {
  BreakingCaller caller(
      {.callee = "schedule", .breaker = {}, .retry = {}}, channel_,
      [] { return absl::InternalError("no key"); }, executor_, random_, recorder_);
  std::optional<rpc::EncodedReply> result;
  async::Scope scope;
  scope.Spawn(Keep(caller.Call(call_, kQuery, "request"), result));
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(rpc::SurelyUnsent(result->status()));
  EXPECT_THAT(channel_.sent, IsEmpty());
}

// --- Breaker
// ------------------------------------------------------------------------------------------------------------

TEST_F(CallerTest, OpenBreakerAnswersAtOnceWithWhatIsLeft) {
  Trip();
  executor_.Advance(absl::Seconds(2));
  const Instant before = executor_.Now();
  const absl::Status status = CallStatus(kQuery);
  EXPECT_EQ(executor_.Now(), before);
  EXPECT_EQ(rpc::ReasonOf(status), "CALLEE_UNAVAILABLE");
  EXPECT_EQ(rpc::RetryDelayOf(status), absl::Seconds(3));
  EXPECT_TRUE(rpc::SurelyUnsent(status));
  EXPECT_THAT(channel_.sent, IsEmpty());
  EXPECT_EQ(recorder_.refused, 1);
}

TEST_F(CallerTest, WorksByItselfOneIntervalAfterTheCalleeIsBack) {
  Trip();
  executor_.Advance(absl::Seconds(5));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(CallStatus(kQuery).ok());
  EXPECT_THAT(recorder_.changes,
              ElementsAre("maru.datecourse.schedule.v1.ScheduleService/check open",
                          "maru.datecourse.schedule.v1.ScheduleService/check half-open",
                          "maru.datecourse.schedule.v1.ScheduleService/check closed"));
}

TEST_F(CallerTest, RefusalsNeverOpen) {
  channel_.Fail(100, absl::FailedPreconditionError("closed"));
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(CallStatus(kQuery).code(), StatusCode::kFailedPrecondition);
}

TEST_F(CallerTest, SlowAnswersOpen) {
  for (int i = 0; i < 20; ++i)
    channel_.script.push_back({absl::OkStatus(), absl::Milliseconds(250), {}});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(CallStatus(kQuery).ok());
  EXPECT_TRUE(rpc::SurelyUnsent(CallStatus(kQuery)));
}

TEST_F(CallerTest, TimeoutsOpenUnlessTheCallerWasInAHurry) {
  for (int i = 0; i < 30; ++i) {
    channel_.script.push_back({absl::OkStatus(), absl::Seconds(5), {}});
    call_.deadline = executor_.Now() + absl::Milliseconds(200);  // 180 ms for the callee
    EXPECT_FALSE(Call(kOnce).ok());
  }
  ASSERT_EQ(caller_.breakers().size(), 1u);
  EXPECT_EQ(caller_.breakers()[0].state, State::kClosed);

  for (int i = 0; i < 20; ++i) {
    channel_.script.push_back({absl::OkStatus(), absl::Seconds(5), {}});
    call_.deadline = executor_.Now() + absl::Milliseconds(250);
    EXPECT_FALSE(Call(kOnce).ok());
  }
  EXPECT_EQ(caller_.breakers()[0].state, State::kOpen);
}

TEST_F(CallerTest, CancelledCallsCountNothing) {
  for (int i = 0; i < 50; ++i) {
    channel_.script.push_back({absl::UnavailableError("gone"), absl::Milliseconds(100), {}});
    std::optional<rpc::EncodedReply> result;
    async::Scope scope;
    scope.Spawn(Keep(caller_.Call(call_, kQuery, "request"), result));
    executor_.Advance(absl::Milliseconds(1));
  }
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(caller_.breakers()[0].counts.calls, 0);
}

// --- Retries
// ------------------------------------------------------------------------------------------------------------

TEST_F(CallerTest, WhatMayBeRepeatedIsRetried) {
  for (const MethodInfo* method : {&kQuery, &kByBusinessKey}) {
    channel_.sent.clear();
    channel_.Fail(2, absl::UnavailableError("blip"));
    EXPECT_TRUE(CallStatus(*method).ok());
    ASSERT_EQ(channel_.sent.size(), 3u);
    EXPECT_EQ(channel_.sent[2].message, "request");
    EXPECT_EQ(channel_.sent[1].at - channel_.sent[0].at, absl::Milliseconds(10));
    EXPECT_EQ(channel_.sent[2].at - channel_.sent[1].at, absl::Milliseconds(20));
    EXPECT_EQ(channel_.sent[2].options.deadline, channel_.sent[0].options.deadline);
  }
}

TEST_F(CallerTest, CommandsAreRetriedOnlyWithARequestId) {
  channel_.Fail(1, absl::UnavailableError("blip"));
  EXPECT_FALSE(CallStatus(kByRequestId).ok());
  call_.request_id = "0190d5a5-0000-7000-8000-000000000001";
  channel_.Fail(1, absl::UnavailableError("blip"));
  EXPECT_TRUE(CallStatus(kByRequestId).ok());
  channel_.Fail(1, absl::UnavailableError("blip"));
  EXPECT_FALSE(CallStatus(kOnce).ok());
}

TEST_F(CallerTest, TheDelayThatTheCalleeAsksForIsKept) {
  channel_.Fail(1, options::v1::errors::Overloaded());  // 200 ms
  EXPECT_TRUE(CallStatus(kQuery).ok());
  ASSERT_EQ(channel_.sent.size(), 2u);
  EXPECT_EQ(channel_.sent[1].at - channel_.sent[0].at, absl::Milliseconds(200));
}

TEST_F(CallerTest, NoRetryThatWouldComeTooLate) {
  channel_.Fail(1, options::v1::errors::DiskFull());  // 5 s
  const Instant before = executor_.Now();
  EXPECT_FALSE(CallStatus(kQuery).ok());
  EXPECT_EQ(executor_.Now(), before);
  EXPECT_EQ(channel_.sent.size(), 1u);
}

TEST_F(CallerTest, OneLayerRetries) {
  channel_.Fail(1, options::v1::errors::CalleeUnavailable("payment"));
  EXPECT_FALSE(CallStatus(kQuery).ok());
  EXPECT_EQ(channel_.sent.size(), 1u);
}

TEST_F(CallerTest, RefusalsAndFaultsAreNotRetried) {
  for (const absl::Status& status :
       {absl::FailedPreconditionError("no"), absl::InternalError("bug")}) {
    channel_.sent.clear();
    channel_.Fail(1, status);
    EXPECT_FALSE(CallStatus(kQuery).ok());
    EXPECT_EQ(channel_.sent.size(), 1u);
  }
}

TEST_F(CallerTest, RetriesHaveABudget) {
  // Failures are spread out so that the breaker stays out of it.
  for (int i = 0; i < 40; ++i) {
    channel_.Fail(3, absl::UnavailableError("gone"));
    EXPECT_FALSE(CallStatus(kQuery).ok());
    channel_.script.clear();
    executor_.Advance(absl::Seconds(2));
  }
  // Ten saved up and a tenth for each call, not two for each.
  EXPECT_EQ(recorder_.retries, 13);
}

TEST_F(CallerTest, AnEarlierUnknownTryKeepsTheOutcomeUnknown) {
  channel_.Fail(1, absl::UnavailableError("reset"));
  channel_.Fail(2, rpc::MarkUnsent(absl::UnavailableError("refused")));
  EXPECT_FALSE(rpc::SurelyUnsent(CallStatus(kQuery)));
  channel_.Fail(3, rpc::MarkUnsent(absl::UnavailableError("refused")));
  EXPECT_TRUE(rpc::SurelyUnsent(CallStatus(kQuery)));
}

}  // namespace
}  // namespace maru::breaker
