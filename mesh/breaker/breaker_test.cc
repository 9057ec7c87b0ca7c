// Goal: the breaker opens, probes and closes exactly when design.md says, and nothing can wedge it.
// Method: scripts of calls under virtual time, as a table; then the properties of permits one by
// one.
#include "mesh/breaker/breaker.h"

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "common/async/manual_executor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::breaker {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class FixedRandom final : public Random {
 public:
  uint64_t Next() override { return bits; }
  uint64_t bits = 0;  // no jitter
};

constexpr absl::Duration kSlow = absl::Milliseconds(200);

BreakerOptions Options() {
  BreakerOptions options;
  options.slow = kSlow;
  return options;
}

struct Harness {
  async::ManualExecutor executor;
  FixedRandom random;
  std::vector<std::pair<State, State>> changes;
  Breaker breaker{Options(), executor, random,
                  [this](State from, State to) { changes.emplace_back(from, to); }};

  // One call that takes `took`; false when it was refused.
  bool Call(Outcome outcome, absl::Duration took = absl::ZeroDuration()) {
    std::optional<Breaker::Permit> permit = breaker.TryAcquire();
    if (!permit.has_value()) return false;
    executor.Advance(took);
    permit->Finish(outcome);
    return true;
  }
  void Calls(int n, Outcome outcome) {
    for (int i = 0; i < n; ++i) ASSERT_TRUE(Call(outcome)) << "call " << i;
  }
  // Slow calls that overlap, as concurrent callers make them.
  void SlowCalls(int n, Outcome outcome = Outcome::kSuccess) {
    std::vector<Breaker::Permit> permits;
    for (int i = 0; i < n; ++i) {
      std::optional<Breaker::Permit> permit = breaker.TryAcquire();
      ASSERT_TRUE(permit.has_value()) << "call " << i;
      permits.push_back(*std::move(permit));
    }
    executor.Advance(kSlow + absl::Milliseconds(1));
    for (Breaker::Permit& permit : permits) permit.Finish(outcome);
  }
  void Trip() {
    Calls(20, Outcome::kFailure);
    ASSERT_EQ(breaker.state(), State::kOpen);
  }
};

// --- When it opens, closes, and for how long: a table
// -------------------------------------------------------------------

enum class Do { kOk, kFail, kSlow, kUncounted, kRefused, kWaitMs };
struct Step {
  Do what;
  int n;
};
struct Script {
  std::string name;
  std::vector<Step> steps;
  State want;
};
void PrintTo(const Script& script, std::ostream* out) { *out << script.name; }

void Play(Harness& harness, const Step& step) {
  switch (step.what) {
    case Do::kOk:
      harness.Calls(step.n, Outcome::kSuccess);
      return;
    case Do::kFail:
      harness.Calls(step.n, Outcome::kFailure);
      return;
    case Do::kSlow:
      harness.SlowCalls(step.n);
      return;
    case Do::kUncounted:
      harness.Calls(step.n, Outcome::kUncounted);
      return;
    case Do::kRefused:
      for (int i = 0; i < step.n; ++i) EXPECT_FALSE(harness.Call(Outcome::kSuccess));
      return;
    case Do::kWaitMs:
      harness.executor.Advance(absl::Milliseconds(step.n));
      return;
  }
}

class BreakerScriptTest : public testing::TestWithParam<Script> {};

TEST_P(BreakerScriptTest, EndsAsExpected) {
  Harness harness;
  for (const Step& step : GetParam().steps) {
    ASSERT_NO_FATAL_FAILURE(Play(harness, step));
  }
  EXPECT_EQ(harness.breaker.state(), GetParam().want) << Name(harness.breaker.state());
}

constexpr Step kTrip = {Do::kFail, 20};
constexpr Step kIntervalPasses = {Do::kWaitMs, 5000};

INSTANTIATE_TEST_SUITE_P(
    Table, BreakerScriptTest,
    testing::Values(
        Script{"FreshIsClosed", {}, State::kClosed},
        Script{"SuccessesKeepItClosed", {{Do::kOk, 1000}}, State::kClosed},
        Script{"NineteenFailuresAreTooFew", {{Do::kFail, 19}}, State::kClosed},
        Script{"TwentyFailuresOpen", {{Do::kFail, 20}}, State::kOpen},
        Script{"HalfFailedOpens", {{Do::kOk, 10}, {Do::kFail, 10}}, State::kOpen},
        Script{"JustUnderHalfDoesNot", {{Do::kOk, 11}, {Do::kFail, 10}}, State::kClosed},
        Script{"FailuresAreJudgedWhenTheyCome", {{Do::kFail, 19}, {Do::kOk, 1}}, State::kClosed},
        Script{"UncountedNeverOpens", {{Do::kUncounted, 1000}}, State::kClosed},
        Script{"UncountedIsNoCall",
               {{Do::kFail, 19}, {Do::kUncounted, 100}, {Do::kFail, 1}},
               State::kOpen},
        Script{"FailuresLeaveTheWindow",
               {{Do::kFail, 19}, {Do::kWaitMs, 10'000}, {Do::kFail, 1}},
               State::kClosed},
        Script{"FailuresStayForNineSeconds",
               {{Do::kFail, 19}, {Do::kWaitMs, 9'000}, {Do::kFail, 1}},
               State::kOpen},
        Script{"OldSuccessesLeaveTheWindow",
               {{Do::kOk, 100}, {Do::kWaitMs, 10'000}, {Do::kFail, 20}},
               State::kOpen},
        Script{"AHundredIdleSecondsForget",
               {{Do::kFail, 19}, {Do::kWaitMs, 100'000}, {Do::kFail, 19}},
               State::kClosed},
        Script{"FourFifthsSlowOpen", {{Do::kOk, 4}, {Do::kSlow, 16}}, State::kOpen},
        Script{"LessThanFourFifthsSlowDoNot", {{Do::kOk, 5}, {Do::kSlow, 16}}, State::kClosed},
        Script{"OpenRefuses", {kTrip, {Do::kRefused, 3}}, State::kOpen},
        Script{"OpenRefusesUntilTheEnd",
               {kTrip, {Do::kWaitMs, 4'999}, {Do::kRefused, 3}},
               State::kOpen},
        Script{"HalfOpenAfterTheInterval", {kTrip, kIntervalPasses}, State::kHalfOpen},
        Script{"FourSuccessesAreTooFew", {kTrip, kIntervalPasses, {Do::kOk, 4}}, State::kHalfOpen},
        Script{"FiveSuccessesClose", {kTrip, kIntervalPasses, {Do::kOk, 5}}, State::kClosed},
        Script{"AFailedProbeOpensAgain",
               {kTrip, kIntervalPasses, {Do::kOk, 4}, {Do::kFail, 1}},
               State::kOpen},
        Script{"TheSecondIntervalIsDouble",
               {kTrip, kIntervalPasses, {Do::kFail, 1}, {Do::kWaitMs, 9'999}, {Do::kRefused, 1}},
               State::kOpen},
        Script{"TheSecondIntervalEnds",
               {kTrip, kIntervalPasses, {Do::kFail, 1}, {Do::kWaitMs, 10'000}, {Do::kOk, 5}},
               State::kClosed},
        Script{"ClosingForgetsTheDoubling",
               {kTrip,
                kIntervalPasses,
                {Do::kFail, 1},
                {Do::kWaitMs, 10'000},
                {Do::kOk, 5},
                kTrip,
                kIntervalPasses},
               State::kHalfOpen},
        Script{"ClosingForgetsTheFailures",
               {kTrip, kIntervalPasses, {Do::kOk, 5}, {Do::kFail, 19}},
               State::kClosed},
        Script{"OneSuccessAndAnIntervalClose",
               {kTrip, kIntervalPasses, {Do::kOk, 1}, {Do::kWaitMs, 5'000}, {Do::kOk, 1}},
               State::kClosed},
        Script{"OneSuccessAndLessDoNot",
               {kTrip, kIntervalPasses, {Do::kOk, 1}, {Do::kWaitMs, 4'999}, {Do::kOk, 1}},
               State::kHalfOpen},
        Script{"SilenceDoesNotClose",
               {kTrip, kIntervalPasses, {Do::kUncounted, 1}, {Do::kWaitMs, 60'000}, {Do::kOk, 1}},
               State::kHalfOpen},
        Script{"SlowProbesOpenAgain",
               {kTrip, kIntervalPasses, {Do::kSlow, 4}, {Do::kOk, 1}},
               State::kOpen},
        Script{"MostlyFastProbesClose",
               {kTrip, kIntervalPasses, {Do::kSlow, 3}, {Do::kOk, 2}},
               State::kClosed},
        Script{"UncountedProbesProveNothing",
               {kTrip, kIntervalPasses, {Do::kUncounted, 50}},
               State::kHalfOpen}),
    [](const auto& info) { return info.param.name; });

// --- Intervals
// --------------------------------------------------------------------------------------------------------

TEST(BreakerTest, OpenIntervalDoublesToAMinuteAtMost) {
  Harness harness;
  harness.Trip();
  for (int want : {5, 10, 20, 40, 60, 60}) {
    EXPECT_EQ(harness.breaker.RetryAfter(), absl::Seconds(want));
    harness.executor.Advance(absl::Seconds(want));
    ASSERT_TRUE(harness.Call(Outcome::kFailure));
  }
}

TEST(BreakerTest, JitterOnlyShortensTheInterval) {
  Harness harness;
  harness.random.bits = ~uint64_t{0};
  harness.Trip();
  EXPECT_GT(harness.breaker.RetryAfter(), absl::Milliseconds(3999));
  EXPECT_LT(harness.breaker.RetryAfter(), absl::Milliseconds(4001));
}

TEST(BreakerTest, RetryAfterIsWhatIsLeft) {
  Harness harness;
  EXPECT_EQ(harness.breaker.RetryAfter(), absl::ZeroDuration());
  harness.Trip();
  harness.executor.Advance(absl::Milliseconds(1500));
  EXPECT_EQ(harness.breaker.RetryAfter(), absl::Milliseconds(3500));
  harness.executor.Advance(absl::Seconds(10));
  EXPECT_EQ(harness.breaker.RetryAfter(), absl::ZeroDuration());
}

TEST(BreakerTest, TellsEachChange) {
  Harness harness;
  harness.Trip();
  harness.executor.Advance(absl::Seconds(5));
  harness.Calls(5, Outcome::kSuccess);
  EXPECT_THAT(harness.changes,
              ElementsAre(Pair(State::kClosed, State::kOpen), Pair(State::kOpen, State::kHalfOpen),
                          Pair(State::kHalfOpen, State::kClosed)));
}

TEST(BreakerTest, CountsTheWindow) {
  Harness harness;
  harness.Calls(3, Outcome::kSuccess);
  harness.executor.Advance(absl::Seconds(4));
  harness.Calls(2, Outcome::kFailure);
  harness.Calls(7, Outcome::kUncounted);
  harness.SlowCalls(1);
  EXPECT_EQ(harness.breaker.counts().calls, 6);
  EXPECT_EQ(harness.breaker.counts().failures, 2);
  EXPECT_EQ(harness.breaker.counts().slow, 1);
  harness.executor.Advance(absl::Seconds(6));
  EXPECT_EQ(harness.breaker.counts().calls, 3);
}

// --- Permits
// ----------------------------------------------------------------------------------------------------------

TEST(BreakerPermitTest, AtMostFiveProbesAreUnderWay) {
  Harness harness;
  harness.Trip();
  harness.executor.Advance(absl::Seconds(5));
  std::vector<Breaker::Permit> probes;
  for (int i = 0; i < 5; ++i) probes.push_back(*harness.breaker.TryAcquire());
  EXPECT_FALSE(harness.breaker.TryAcquire().has_value());
  EXPECT_EQ(harness.breaker.RetryAfter(), absl::Seconds(5));

  probes.back().Finish(Outcome::kSuccess);
  EXPECT_TRUE(harness.breaker.TryAcquire().has_value());
}

TEST(BreakerPermitTest, LostProbesDoNotWedge) {
  Harness harness;
  harness.Trip();
  harness.executor.Advance(absl::Seconds(5));
  std::vector<Breaker::Permit> lost;
  for (int i = 0; i < 5; ++i) lost.push_back(*harness.breaker.TryAcquire());
  harness.executor.Advance(absl::Milliseconds(4999));
  EXPECT_FALSE(harness.breaker.TryAcquire().has_value());
  harness.executor.Advance(absl::Milliseconds(1));
  harness.Calls(5, Outcome::kSuccess);
  EXPECT_EQ(harness.breaker.state(), State::kClosed);
}

TEST(BreakerPermitTest, DestroyedProbeGivesItsPermitBackUncounted) {
  Harness harness;
  harness.Trip();
  harness.executor.Advance(absl::Seconds(5));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(harness.breaker.TryAcquire().has_value());
  EXPECT_EQ(harness.breaker.state(), State::kHalfOpen);
}

TEST(BreakerPermitTest, DestroyedCallIsNotCounted) {
  Harness harness;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(harness.breaker.TryAcquire().has_value());
  EXPECT_EQ(harness.breaker.counts().calls, 0);
}

TEST(BreakerPermitTest, CallsOfAnEarlierStateTellNothing) {
  Harness harness;
  std::vector<Breaker::Permit> before;
  for (int i = 0; i < 40; ++i) before.push_back(*harness.breaker.TryAcquire());
  harness.Trip();
  harness.executor.Advance(absl::Seconds(5));
  EXPECT_TRUE(harness.Call(Outcome::kSuccess));
  // Neither closes nor opens the half-open breaker.
  for (int i = 0; i < 20; ++i) before[i].Finish(Outcome::kSuccess);
  for (int i = 20; i < 40; ++i) before[i].Finish(Outcome::kFailure);
  EXPECT_EQ(harness.breaker.state(), State::kHalfOpen);
}

TEST(BreakerPermitTest, FinishingTwiceCountsOnce) {
  Harness harness;
  std::optional<Breaker::Permit> permit = harness.breaker.TryAcquire();
  permit->Finish(Outcome::kFailure);
  permit->Finish(Outcome::kFailure);
  Breaker::Permit moved = *std::move(permit);
  moved.Finish(Outcome::kFailure);
  EXPECT_EQ(harness.breaker.counts().calls, 1);
}

}  // namespace
}  // namespace maru::breaker
