// Goal: with real threads and real RocksDB stores, every event takes effect once and in order while
// the consumer is restarted under load. Method: many commands in flight at a producer, a consumer
// that is closed and reopened, a broker in memory; everything of a deployment on one loop, as in a
// process.
#include <filesystem>

#include "common/async/thread_loop.h"
#include "common/async/when_all.h"
#include "common/events/events_testing.h"
#include "common/store/rocksdb_backend.h"
#include "gtest/gtest.h"

namespace maru::events {
namespace {

constexpr int kKeys = 20;
constexpr int kEventsPerKey = 200;

std::unique_ptr<maru::store::Store> OpenStore(const std::string& context, async::Executor& executor,
                                              Random& random) {
  const std::string folder = testing::TempDir() + "/events_rocksdb_test-" + context;
  auto backend =
      maru::store::OpenRocksDb({.folder = folder, .free_space_floor_bytes = 1}, executor);
  MARU_CHECK(backend.ok());
  auto store = maru::store::Store::Open(
      {.deployment = "datecourse-" + context, .topic = "datecourse." + context},
      *std::move(backend), executor, random);
  MARU_CHECK(store.ok());
  return *std::move(store);
}

class EventsRocksDbTest : public testing::Test {
 protected:
  EventsRocksDbTest() {
    for (const char* context : {"producer", "consumer"}) {
      std::filesystem::remove_all(testing::TempDir() + "/events_rocksdb_test-" + context);
    }
    loop_.RunHere([this] {
      bus_ = std::make_unique<MemoryBus>(loop_);
      producer_ = OpenStore("producer", loop_, random_);
      Environment environment{loop_, random_, *producer_, *bus_, journal_, registry_};
      relay_ = std::make_unique<Relay>(environment, RelayOptions{.topic = kTopic});
      relay_->Start();
      OpenConsumer();
    });
  }
  ~EventsRocksDbTest() override {
    loop_.RunHere([this] {
      CloseConsumer();
      relay_.reset();
      producer_.reset();
      bus_.reset();
    });
  }

  void OpenConsumer() {
    consumer_ = OpenStore("consumer", loop_, random_);
    const Routes routes = Routes::Of("datecourse", HearingPolicies(faults_));
    applied_ = std::make_unique<Applied>(loop_, routes.topics());
    SubscriberOptions options;
    options.deployment = "datecourse-consumer";
    options.member = "1";
    options.id = {"policies", 0};
    Environment environment{loop_, random_, *consumer_, *bus_, journal_, registry_};
    subscriber_ = std::make_unique<Subscriber>(environment, options, routes, *applied_);
    subscriber_->Start();
  }
  void CloseConsumer() {
    subscriber_.reset();
    applied_.reset();
    consumer_.reset();
  }

  async::Task<absl::Status> Say(std::string key, int from, int to) {
    for (int i = from; i < to; ++i) {
      const StringValue event = Said(key, absl::StrCat(i));
      const auto emit = [&event](maru::store::Txn& txn) {
        txn.Emit(event);
        return absl::OkStatus();
      };
      CO_RETURN_IF_ERROR(co_await producer_->Apply(emit));
    }
    co_return absl::OkStatus();
  }
  // All keys at once.
  void SayAll(int from, int to) {
    std::vector<async::Task<absl::Status>> tasks;
    for (int key = 0; key < kKeys; ++key) tasks.push_back(Say(absl::StrCat("열쇠", key), from, to));
    for (const absl::Status& status : loop_.BlockOn(async::WhenAll(std::move(tasks)))) {
      ASSERT_TRUE(status.ok()) << status;
    }
  }
  async::Task<absl::StatusOr<std::optional<std::string>>> Heard(std::string key) {
    const auto read = [&key](maru::store::Reader& reader) { return reader.Get(HeardKey(0, key)); };
    co_return co_await consumer_->Read(read);
  }
  async::Task<absl::Status> UntilApplied() {
    const Instant deadline = loop_.Now() + absl::Seconds(60);
    rpc::CallContext call = maru::store::TestCall();
    call.deadline = deadline;
    for (uint32_t partition = 0; partition < kPartitions; ++partition) {
      const std::vector<Record>& log = bus_->log(kTopic, partition);
      if (log.empty()) continue;
      auto& entry = *call.wanted.add_entries();
      entry.set_topic(kTopic);
      entry.set_partition(partition);
      entry.set_sequence(log.back().sequence);
    }
    co_return co_await applied_->WaitFor(call);
  }
  async::Task<absl::Status> Flush() {
    co_return co_await relay_->Flush(loop_.Now() + absl::Seconds(60));
  }

  maru::store::SeededRandom random_;
  TestJournal journal_;
  Faults faults_;
  prometheus::Registry registry_;
  async::ThreadLoop loop_;
  // Of the loop's thread.
  std::unique_ptr<MemoryBus> bus_;
  std::unique_ptr<maru::store::Store> producer_;
  std::unique_ptr<Relay> relay_;
  std::unique_ptr<maru::store::Store> consumer_;
  std::unique_ptr<Applied> applied_;
  std::unique_ptr<Subscriber> subscriber_;
};

TEST_F(EventsRocksDbTest, EveryEventTakesEffectOnceWhileTheConsumerIsRestarted) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    SayAll(round * kEventsPerKey / kRounds, (round + 1) * kEventsPerKey / kRounds);
    loop_.RunHere([this] {
      CloseConsumer();
      OpenConsumer();
    });
  }
  ASSERT_TRUE(loop_.BlockOn(Flush()).ok());
  ASSERT_TRUE(loop_.BlockOn(UntilApplied()).ok());
  std::string want;
  for (int i = 0; i < kEventsPerKey; ++i) absl::StrAppend(&want, i == 0 ? "" : " ", i);
  for (int key = 0; key < kKeys; ++key) {
    EXPECT_EQ(loop_.BlockOn(Heard(absl::StrCat("열쇠", key))).value(), want);
  }
}

}  // namespace
}  // namespace maru::events
