// Goal: the log is right with its real threads, and the thread sanitizer has something to look at.
// Method: many publishers and readers on one loop over a writer's and a reader's thread.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "common/async/signal.h"
#include "common/async/thread_loop.h"
#include "gtest/gtest.h"
#include "mesh/broker/log/log_testing.h"

namespace maru::broker {
namespace {

constexpr uint64_t kRecords = 2000;

// Suspends until its marks have passed.
class WaitingSink final : public AppendSink {
 public:
  explicit WaitingSink(async::Executor& executor) : grew_(executor) {}
  void OnAppended(absl::StatusOr<uint64_t> mark, const FrameSize&) override {
    EXPECT_TRUE(mark.ok()) << mark.status();
    mark_ = mark.value_or(UINT64_MAX);
    grew_.NotifyAll();
  }
  async::Task<void> Until(uint64_t mark) {
    while (mark_ < mark) co_await grew_.Wait();
  }

 private:
  async::Signal grew_;
  uint64_t mark_ = 0;
};

async::Task<void> Publish(async::Executor& executor, Log& log, std::string name) {
  const absl::StatusOr<Topic> topic = co_await log.OpenTopic(name, 1);
  EXPECT_TRUE(topic.ok());
  const auto sink = std::make_shared<WaitingSink>(executor);
  for (uint64_t next = 1; next <= kRecords; next += 10) {
    log.Append({name, topic->log, 1, NumberedFrame(next, 10)}, sink);
    if (next % 7 == 0) co_await sink->Until(next + 9);
  }
  co_await sink->Until(kRecords);
}

async::Task<uint64_t> ReadPartition(Log& log, std::string name, uint32_t partition,
                                    bool from_disk) {
  const Topic topic = *log.Find(name);
  ReadRequest request{topic.number, topic.log, partition, 0, topic.partitions[partition].end, 100};
  request.from_disk = from_disk;
  while (request.offset < request.end) {
    const absl::StatusOr<ReadResult> result = co_await log.Read(request);
    EXPECT_TRUE(result.ok());
    request.offset += std::get<Chunk>(*result).count;
  }
  co_return request.offset;
}

async::Task<bool> PublishAndRead(async::Executor& executor, Log& log) {
  async::Scope scope;
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back("bench.topic" + std::to_string(i));
  for (const std::string& name : names) scope.Spawn(Publish(executor, log, name));
  co_await scope.Drained();
  for (const std::string& name : names) {
    uint64_t records = 0;
    for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
      const uint64_t from_memory = co_await ReadPartition(log, name, partition, false);
      const uint64_t from_disk = co_await ReadPartition(log, name, partition, true);
      EXPECT_EQ(from_memory, from_disk);
      records += from_disk;
    }
    EXPECT_EQ(records, kRecords);
  }
  co_return true;
}

TEST(LogThreadsTest, PublishersAndReadersShareTheLog) {
  const auto engine = maru::store::MakeMemoryEngine();
  SeededRandom random(7);
  async::ThreadLoop loop;
  std::unique_ptr<Log> log;
  loop.RunHere([&] {
    auto opened = Log::Open({.tail_cache_bytes = 100'000}, *engine->Open(), loop, random,
                            {std::make_unique<ThreadWorker>(), std::make_unique<ThreadWorker>()});
    ASSERT_TRUE(opened.ok());
    log = *std::move(opened);
  });
  EXPECT_TRUE(loop.BlockOn(PublishAndRead(loop, *log)));
  loop.RunHere([&] { log.reset(); });
}

TEST(LogThreadsTest, ALogIsDestroyedInTheMiddleOfItsWork) {
  for (int round = 0; round < 20; ++round) {
    const auto engine = maru::store::MakeMemoryEngine();
    SeededRandom random(7);
    async::ThreadLoop loop;
    loop.RunHere([&] {
      auto log = Log::Open({}, *engine->Open(), loop, random,
                           {std::make_unique<ThreadWorker>(), std::make_unique<ThreadWorker>()});
      ASSERT_TRUE(log.ok());
      async::Scope scope;
      for (int i = 0; i < 5; ++i)
        scope.Spawn(Publish(loop, **log, "bench.topic" + std::to_string(i)));
      scope.CancelAll();
    });
  }
}

}  // namespace
}  // namespace maru::broker
