// Goal: the loop is an Executor like the others: order, timers, posts from other threads, nothing
// run after its end.
#include "common/rpc/grpc/loop.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace maru::rpc {
namespace {

TEST(GrpcLoopTest, RunsPostedWorkInOrderOnItsThread) {
  GrpcLoop loop;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    loop.Post([&order, &loop, i] {
      EXPECT_TRUE(loop.OnThread());
      order.push_back(i);
    });
  }
  loop.RunHere([] {});
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT_FALSE(loop.OnThread());
}

TEST(GrpcLoopTest, TakesPostsFromManyThreads) {
  GrpcLoop loop;
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) loop.Post([&count] { ++count; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  loop.RunHere([] {});
  EXPECT_EQ(count, 4000);
}

async::Task<void> Note(GrpcLoop& loop, absl::Duration after, std::vector<int>& order, int value) {
  co_await loop.Sleep(after);
  order.push_back(value);
}

TEST(GrpcLoopTest, RunsTimersWhenTheyAreDue) {
  GrpcLoop loop;
  std::vector<int> order;
  const Instant start = loop.Now();
  loop.RunHere([&] {
    loop.StartTimer(start + absl::Milliseconds(30), [&order] { order.push_back(3); });
    loop.StartTimer(start + absl::Milliseconds(10), [&order] { order.push_back(1); });
    const async::TimerId cancelled =
        loop.StartTimer(start + absl::Milliseconds(20), [&order] { order.push_back(2); });
    loop.CancelTimer(cancelled);
  });
  loop.BlockOn(Note(loop, absl::Milliseconds(40), order, 4));
  EXPECT_EQ(order, (std::vector<int>{1, 3, 4}));
  EXPECT_GE(loop.Now() - start, absl::Milliseconds(40));
}

// Every wake-up of a Signal is a timer that is due at once, and one wake-up leads to the next.
TEST(GrpcLoopTest, TimersThatAreDueAtOnceDoNotWaitForThePoller) {
  GrpcLoop loop;
  const Instant start = loop.Now();
  loop.BlockOn([](GrpcLoop& on) -> async::Task<bool> {
    for (int i = 0; i < 1000; ++i) co_await on.Yield();
    co_return true;
  }(loop));
  // A poll each would take at least 1000 ms.
  EXPECT_LT(loop.Now() - start, absl::Milliseconds(500));
}

TEST(GrpcLoopTest, ATimerBeyondThePollersSleepIsNotLate) {
  GrpcLoop loop;
  // The poller sleeps without end; a timer started from outside must wake it.
  const Instant start = loop.Now();
  std::promise<void> fired;
  loop.Post([&] {
    loop.StartTimer(loop.Now() + absl::Milliseconds(5), [&fired] { fired.set_value(); });
  });
  ASSERT_EQ(fired.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_LT(loop.Now() - start, absl::Seconds(5));
}

TEST(GrpcLoopTest, DestroysWhatHasNotRunWithoutRunningIt) {
  auto kept = std::make_shared<int>(0);
  bool ran = false;
  {
    GrpcLoop loop;
    loop.RunHere([&] {
      loop.StartTimer(Instant::InfiniteFuture() - absl::Hours(1), [kept, &ran] { ran = true; });
    });
    loop.RunHere(
        [&] { loop.StartTimer(loop.Now() + absl::Hours(1), [kept, &ran] { ran = true; }); });
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(kept.use_count(), 1);
}

// Budget of design.md: no wake-up more often than once a second when idle. The bound is one that a
// loop which polls every 50 ms breaks, and that waits for locks on a busy machine do not: they are
// voluntary switches too.
TEST(GrpcLoopTest, SleepsWhenIdle) {
  GrpcLoop loop;
  auto switches = [] {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
  };
  long before = 0;
  loop.RunHere([&] { before = switches(); });
  // A timer that long is the only way to let time pass on a real clock.
  std::vector<int> order;
  loop.BlockOn(Note(loop, absl::Milliseconds(1500), order, 1));
  long after = 0;
  loop.RunHere([&] { after = switches(); });
  EXPECT_LT(after - before, 30);
}

}  // namespace
}  // namespace maru::rpc
