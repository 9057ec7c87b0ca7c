// Goal: coroutines own their frames, resume in order, and can be destroyed at any await.
// Method: virtual time on ManualExecutor; frame-local guards count what is alive; the address
// sanitizer sees the rest.
#include <memory>
#include <string>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/async/one_shot.h"
#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/async/thread_loop.h"
#include "common/async/when_all.h"
#include "gtest/gtest.h"

namespace maru::async {
namespace {

struct Alive {
  explicit Alive(int& counter) : count(counter) { ++count; }
  ~Alive() { --count; }
  Alive(const Alive&) = delete;
  int& count;
};

Task<int> AddLater(Executor& executor, int a, int b, absl::Duration delay, int& alive) {
  Alive guard(alive);
  co_await executor.Sleep(delay);
  co_return a + b;
}

Task<void> Store(Task<int> task, int& out) { out = co_await std::move(task); }

Task<int> Countdown(int n) {
  if (n == 0) co_return 0;
  co_return 1 + co_await Countdown(n - 1);
}

TEST(TaskTest, IsLazyAndYieldsItsValueToTheAwaiter) {
  ManualExecutor executor;
  Scope scope;
  int alive = 0;
  int result = 0;
  Task<int> task = AddLater(executor, 2, 3, absl::Seconds(1), alive);
  EXPECT_EQ(alive, 0);
  scope.Spawn(Store(std::move(task), result));
  EXPECT_EQ(alive, 1);
  executor.Advance(absl::Milliseconds(999));
  EXPECT_EQ(result, 0);
  executor.Advance(absl::Milliseconds(1));
  EXPECT_EQ(result, 5);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(scope.size(), 0u);
}

TEST(TaskTest, DeepChainsUseConstantStack) {
  Scope scope;
  int result = 0;
  scope.Spawn(Store(Countdown(20'000), result));
  EXPECT_EQ(result, 20'000);
}

TEST(ScopeTest, DestroyedAtAnAwaitFreesEveryFrameAndTakesBackTimers) {
  ManualExecutor executor;
  int alive = 0;
  int result = 0;
  {
    Scope scope;
    for (int i = 0; i < 10; ++i) {
      scope.Spawn(Store(AddLater(executor, i, 1, absl::Seconds(i), alive), result));
    }
    executor.Advance(absl::Seconds(4));
    EXPECT_EQ(alive, 5);
  }
  EXPECT_EQ(alive, 0);
  result = -1;
  executor.Advance(absl::Seconds(100));
  EXPECT_EQ(result, -1);
}

Task<void> AwaitDrained(Scope& scope, bool& done) {
  co_await scope.Drained();
  done = true;
}

TEST(ScopeTest, DrainedResumesAfterTheLastFrame) {
  ManualExecutor executor;
  Scope scope;
  Scope outer;
  int alive = 0;
  int result = 0;
  bool done = false;
  scope.Spawn(Store(AddLater(executor, 1, 1, absl::Seconds(1), alive), result));
  scope.Spawn(Store(AddLater(executor, 1, 1, absl::Seconds(2), alive), result));
  outer.Spawn(AwaitDrained(scope, done));
  executor.Advance(absl::Seconds(1));
  EXPECT_FALSE(done);
  executor.Advance(absl::Seconds(1));
  EXPECT_TRUE(done);
}

Task<void> Receive(OneShot<std::string>::Receiver receiver, std::vector<std::string>& log) {
  std::optional<std::string> value = co_await receiver;
  log.push_back(value.has_value() ? *value : "closed");
}

TEST(OneShotTest, DeliversBeforeOrAfterTheAwaitAndTellsOfALostSender) {
  std::vector<std::string> log;
  Scope scope;
  auto early = OneShot<std::string>::Make();
  early.first.Send("먼저");
  scope.Spawn(Receive(std::move(early.second), log));
  auto late = OneShot<std::string>::Make();
  scope.Spawn(Receive(std::move(late.second), log));
  late.first.Send("나중");
  auto lost = OneShot<std::string>::Make();
  scope.Spawn(Receive(std::move(lost.second), log));
  {
    auto sender = std::move(lost.first);
  }
  EXPECT_EQ(log, (std::vector<std::string>{"먼저", "나중", "closed"}));
}

TEST(OneShotTest, SendAfterTheReceiverIsDestroyedIsDropped) {
  std::vector<std::string> log;
  auto pair = OneShot<std::string>::Make();
  {
    Scope scope;
    scope.Spawn(Receive(std::move(pair.second), log));
  }
  EXPECT_TRUE(pair.first.Abandoned());
  pair.first.Send("late");
  EXPECT_TRUE(log.empty());
}

Task<void> WaitFor(Signal& signal, Instant until, std::string name, std::vector<std::string>& log) {
  const bool notified = co_await signal.WaitUntil(until);
  log.push_back(name + (notified ? " notified" : " timed out"));
}

TEST(SignalTest, WakesInOrderOrTimesOut) {
  ManualExecutor executor;
  Signal signal(executor);
  Scope scope;
  std::vector<std::string> log;
  scope.Spawn(WaitFor(signal, Instant::InfiniteFuture(), "a", log));
  scope.Spawn(WaitFor(signal, executor.Now() + absl::Seconds(1), "b", log));
  scope.Spawn(WaitFor(signal, executor.Now() + absl::Seconds(9), "c", log));
  executor.Advance(absl::Seconds(2));
  EXPECT_EQ(log, (std::vector<std::string>{"b timed out"}));
  signal.NotifyAll();
  EXPECT_EQ(log.size(), 1u) << "nobody is resumed on the notifier's stack";
  executor.RunUntilIdle();
  EXPECT_EQ(log, (std::vector<std::string>{"b timed out", "a notified", "c notified"}));
}

TEST(SignalTest, ScopeDestroyedBetweenNotifyAndResumeIsSafe) {
  ManualExecutor executor;
  Signal signal(executor);
  std::vector<std::string> log;
  {
    Scope scope;
    scope.Spawn(WaitFor(signal, Instant::InfiniteFuture(), "a", log));
    scope.Spawn(WaitFor(signal, Instant::InfiniteFuture(), "b", log));
    signal.NotifyAll();
  }
  executor.RunUntilIdle();
  EXPECT_TRUE(log.empty());
}

Task<void> Gather(Executor& executor, std::vector<int>& out, int& alive) {
  std::vector<Task<int>> tasks;
  tasks.push_back(AddLater(executor, 10, 0, absl::Seconds(3), alive));
  tasks.push_back(AddLater(executor, 20, 0, absl::Seconds(1), alive));
  out = co_await WhenAll(std::move(tasks));
}

TEST(WhenAllTest, KeepsTheOrderOfTheTasks) {
  ManualExecutor executor;
  Scope scope;
  int alive = 0;
  std::vector<int> out;
  scope.Spawn(Gather(executor, out, alive));
  executor.Advance(absl::Seconds(3));
  EXPECT_EQ(out, (std::vector<int>{10, 20}));
}

TEST(WhenAllTest, DestroyedHalfWayFreesTheRest) {
  ManualExecutor executor;
  int alive = 0;
  std::vector<int> out;
  {
    Scope scope;
    scope.Spawn(Gather(executor, out, alive));
    executor.Advance(absl::Seconds(2));
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

Task<int> Hop(Executor& executor) {
  for (int i = 0; i < 100; ++i) co_await executor.Yield();
  co_return executor.OnThread() ? 1 : 0;
}

TEST(ThreadLoopTest, RunsTasksOnItsOwnThread) {
  ThreadLoop loop;
  EXPECT_FALSE(loop.OnThread());
  EXPECT_EQ(loop.BlockOn(Hop(loop)), 1);
}

TEST(ThreadLoopTest, PostsFromManyThreadsAllRun) {
  ThreadLoop loop;
  int sum = 0;  // the loop's own
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) loop.Post([&sum] { ++sum; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  int seen = 0;
  loop.RunHere([&] { seen = sum; });
  EXPECT_EQ(seen, 4000);
}

TEST(ThreadLoopTest, DestructionDropsWhatHasNotRun) {
  auto owned = std::make_shared<int>(7);
  {
    ThreadLoop loop;
    loop.RunHere([&] { loop.StartTimer(loop.Now() + absl::Hours(1), [owned] {}); });
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
}

}  // namespace
}  // namespace maru::async
