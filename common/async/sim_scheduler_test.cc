// Goal: simulated executors keep the order that every executor promises, take turns by the seed,
// and forget what they have when they end. Method: a scheduler by hand.
#include "common/async/sim_scheduler.h"

#include <memory>
#include <string>

#include "common/async/rare.h"
#include "common/async/scope.h"
#include "gtest/gtest.h"

namespace maru::async {
namespace {

constexpr absl::Time kWall = absl::FromUnixSeconds(1'800'000'000);

// Two executors with three callbacks each, all due at once: the order in which they ran.
std::string OrderOf(uint64_t seed) {
  SimScheduler scheduler(seed);
  SimExecutor a(scheduler, absl::ZeroDuration(), kWall);
  SimExecutor b(scheduler, absl::ZeroDuration(), kWall);
  std::string order;
  for (int i = 0; i < 3; ++i) {
    a.Post([&order, i] { order += static_cast<char>('1' + i); });
    b.Post([&order, i] { order += static_cast<char>('a' + i); });
  }
  while (scheduler.RunOne(Instant()) != nullptr) {
  }
  return order;
}

TEST(SimSchedulerTest, EachExecutorKeepsItsOrderAndTheSeedDecidesBetweenThem) {
  bool differs = false;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string order = OrderOf(seed);
    std::string digits, letters;
    for (const char c : order) (c <= '9' ? digits : letters) += c;
    EXPECT_EQ(digits, "123");
    EXPECT_EQ(letters, "abc");
    EXPECT_EQ(order, OrderOf(seed));
    differs = differs || order != OrderOf(1);
  }
  EXPECT_TRUE(differs);
}

TEST(SimSchedulerTest, TimeMovesToWhatIsDueAndStopsAtTheLimit) {
  SimScheduler scheduler(1);
  SimExecutor executor(scheduler, absl::Hours(5), kWall);
  absl::Duration ran;
  executor.StartTimer(executor.Now() + absl::Seconds(3),
                      [&] { ran = executor.Now() - Instant() - absl::Hours(5); });
  EXPECT_EQ(scheduler.RunOne(Instant() + absl::Seconds(2)), nullptr);
  EXPECT_EQ(scheduler.Now(), Instant() + absl::Seconds(2));
  EXPECT_EQ(scheduler.RunOne(Instant() + absl::Seconds(9)), &executor);
  EXPECT_EQ(ran, absl::Seconds(3));
  EXPECT_EQ(executor.WallNow(), kWall + absl::Seconds(3));
}

TEST(SimSchedulerTest, ACalendarThatJumpsMovesNoTimer) {
  SimScheduler scheduler(1);
  SimExecutor executor(scheduler, absl::ZeroDuration(), kWall);
  bool ran = false;
  executor.StartTimer(executor.Now() + absl::Seconds(1), [&] { ran = true; });
  executor.JumpWall(absl::Hours(1));
  EXPECT_EQ(executor.WallNow(), kWall + absl::Hours(1));
  EXPECT_EQ(scheduler.RunOne(Instant() + absl::Milliseconds(999)), nullptr);
  EXPECT_FALSE(ran);
}

TEST(SimSchedulerTest, WhatAnEndedExecutorHadIsDestroyedWithoutBeingRun) {
  SimScheduler scheduler(1);
  auto held = std::make_shared<int>();
  {
    SimExecutor executor(scheduler, absl::ZeroDuration(), kWall);
    executor.Post([held] { ++*held; });
    executor.StartTimer(executor.Now() + absl::Seconds(1), [held] { ++*held; });
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(scheduler.RunOne(Instant() + absl::Hours(1)), nullptr);
  EXPECT_EQ(*held, 0);
}

TEST(SimSchedulerTest, WorkWithoutTimePassingIsCounted) {
  SimScheduler scheduler(1);
  SimExecutor executor(scheduler, absl::ZeroDuration(), kWall);
  Scope scope;
  scope.Spawn([](SimExecutor& on) -> Task<void> {
    for (int i = 0; i < 100; ++i) co_await on.Yield();
    co_await on.Sleep(absl::Seconds(1));
  }(executor));
  for (int i = 0; i < 100; ++i) scheduler.RunOne(Instant() + absl::Hours(1));
  EXPECT_EQ(scheduler.steps_at_once(), 100u);
  scheduler.RunOne(Instant() + absl::Hours(1));
  EXPECT_EQ(scheduler.steps_at_once(), 1u);
}

TEST(SimDelayedExecutorTest, StepsComeLaterOneAfterTheOther) {
  SimScheduler scheduler(1);
  SimExecutor executor(scheduler, absl::ZeroDuration(), kWall);
  SimDelayedExecutor disk(executor, [] { return absl::Milliseconds(10); });
  std::string order;
  disk.Post([&] { order += "1"; });
  disk.Post([&] { order += "2"; });
  executor.Post([&] { order += "now "; });
  scheduler.RunOne(Instant() + absl::Milliseconds(5));
  scheduler.RunOne(Instant() + absl::Milliseconds(10));
  EXPECT_EQ(order, "now 1");
  EXPECT_EQ(scheduler.RunOne(Instant() + absl::Milliseconds(19)), nullptr);
  scheduler.RunOne(Instant() + absl::Milliseconds(20));
  EXPECT_EQ(order, "now 12");
}

TEST(SimExecutorTest, RarePathsAreTakenOnlyWhereSomebodySaysSo) {
  SimScheduler scheduler(1);
  SimExecutor executor(scheduler, absl::ZeroDuration(), kWall);
  EXPECT_FALSE(executor.Rarely(Rare::kFullQueue));
  executor.OnRare([](Rare path) { return path == Rare::kFullQueue; });
  EXPECT_TRUE(executor.Rarely(Rare::kFullQueue));
  EXPECT_FALSE(executor.Rarely(Rare::kSmallGroup));
}

}  // namespace
}  // namespace maru::async
