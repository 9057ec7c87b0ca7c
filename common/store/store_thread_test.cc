// Goal: who hears that a transaction is done reads what it wrote, also while the writer's thread is
// already further. Method: the writer runs on its own thread; the test is the executor, and lets
// two groups become durable before it looks at either.
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/async/scope.h"
#include "common/async/timer_queue.h"
#include "common/store/store_testing.h"

namespace maru::store {
namespace {

// Runs callbacks where and when the test says. Any thread may post.
class HandExecutor final : public async::Executor {
 public:
  void Post(async::Callback callback) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(callback));
    arrived_.notify_all();
  }
  async::TimerId StartTimer(Instant when, async::Callback callback) override {
    return timers_.Start(when, std::move(callback));
  }
  void CancelTimer(async::TimerId id) override { timers_.Cancel(id); }
  bool OnThread() const override { return true; }
  Instant Now() const override { return Instant(); }
  absl::Time WallNow() const override { return absl::FromUnixSeconds(1'800'000'000); }

  void AwaitPosted(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [&] { return posted_.size() >= count; });
  }
  // What is posted now, or the next.
  void RunOne() {
    AwaitPosted(1);
    async::Callback callback;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      callback = std::move(posted_.front());
      posted_.pop_front();
    }
    callback();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<async::Callback> posted_;
  async::TimerQueue timers_;
};

// Writes, and as soon as that is done reads what is there.
async::Task<void> WriteThenRead(Store& store, std::string key, std::optional<std::string>& read) {
  const auto write = [&key](Txn& txn) {
    txn.Put(key, "값");
    return absl::OkStatus();
  };
  const absl::Status written = co_await store.Apply(write);
  EXPECT_TRUE(written.ok()) << written;
  const auto look = [&key](Reader& reader) { return reader.Get(key); };
  const auto found = co_await store.Read(look);
  EXPECT_TRUE(found.ok()) << found.status();
  read = found.ok() && found->has_value() ? **found : "nothing";
}

TEST(StoreThreadTest, WhoHearsThatATransactionIsDoneReadsWhatItWrote) {
  HandExecutor executor;
  TestStore store(executor);
  store.options().steps = nullptr;
  store.Reopen();
  std::optional<std::string> first;
  std::optional<std::string> second;
  {
    async::Scope scope;
    // What the store that was opened first left over; then this one's sweep of expired records
    // begins and rests.
    for (int i = 0; i < 3; ++i) executor.RunOne();
    scope.Spawn(WriteThenRead(*store, "\x7f하나", first));
    executor.AwaitPosted(1);
    scope.Spawn(WriteThenRead(*store, "\x7f둘", second));
    executor.AwaitPosted(2);
    while (!first.has_value() || !second.has_value()) executor.RunOne();
  }
  EXPECT_EQ(*first, "값");
  EXPECT_EQ(*second, "값");
}

}  // namespace
}  // namespace maru::store
