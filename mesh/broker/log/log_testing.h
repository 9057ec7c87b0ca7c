// For tests: frames, a log under virtual time, and what publishers hear.
#ifndef MARU_MESH_BROKER_LOG_LOG_TESTING_H_
#define MARU_MESH_BROKER_LOG_LOG_TESTING_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/base/crc32c.h"
#include "common/base/random.h"
#include "common/rpc/error.h"
#include "common/store/testing/engines.h"
#include "gtest/gtest.h"
#include "maru/broker/v1/broker.pb.h"
#include "mesh/broker/log/log.h"

namespace maru::broker {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  // SplitMix64.
  uint64_t Next() override {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

 private:
  uint64_t state_;
};

struct KeyValue {
  std::string key;
  std::string value;
};

// Records numbered from `first_sequence`.
inline v1::Frame MakeFrame(uint64_t first_sequence, const std::vector<KeyValue>& records) {
  v1::RecordSet set;
  uint64_t sequence = first_sequence;
  for (const KeyValue& record : records) {
    v1::Record& added = *set.add_records();
    added.set_key(record.key);
    added.set_sequence(sequence++);
    added.set_value(record.value);
  }
  v1::Frame frame;
  frame.set_first_sequence(first_sequence);
  frame.set_last_sequence(sequence - 1);
  frame.set_count(static_cast<uint32_t>(records.size()));
  frame.set_records(set.SerializeAsString());
  frame.set_crc32c(Crc32c(frame.records()));
  return frame;
}

// `count` records "<prefix><sequence>" over several keys, in Korean.
inline v1::Frame NumberedFrame(uint64_t first_sequence, uint64_t count,
                               const std::string& prefix = "코스-") {
  std::vector<KeyValue> records;
  for (uint64_t sequence = first_sequence; sequence < first_sequence + count; ++sequence) {
    records.push_back({"열쇠-" + std::to_string(sequence % 13), prefix + std::to_string(sequence)});
  }
  return MakeFrame(first_sequence, records);
}

inline std::vector<v1::Record> RecordsOf(const std::string& set) {
  v1::RecordSet records;
  EXPECT_TRUE(records.ParseFromString(set));
  return {records.records().begin(), records.records().end()};
}

// Collects what a publisher hears.
class RecordingSink final : public AppendSink {
 public:
  void OnAppended(absl::StatusOr<uint64_t> mark, const FrameSize&) override {
    heard.push_back(std::move(mark));
  }
  std::vector<absl::StatusOr<uint64_t>> heard;
};

// A log on one thread under virtual time.
class LogHarness {
 public:
  explicit LogHarness(std::unique_ptr<maru::store::Engine> disk = maru::store::MakeMemoryEngine(),
                      Log::Options options = {})
      : engine(std::move(disk)), options_(options) {
    Reopen();
  }
  ~LogHarness() {
    executor.RunUntilIdle();
    log.reset();
  }

  // As after a crash of the process.
  void Reopen() {
    Close();
    auto backend = engine->Open();
    ASSERT_TRUE(backend.ok()) << backend.status();
    auto opened = Log::Open(
        options_, *std::move(backend), executor, random,
        {std::make_unique<ExecutorWorker>(executor), std::make_unique<ExecutorWorker>(executor)});
    ASSERT_TRUE(opened.ok()) << opened.status();
    log = *std::move(opened);
  }

  void Close() {
    log.reset();
    executor.RunUntilIdle();
  }

  // Runs a task that needs no passing of time.
  template <class T>
  T Run(async::Task<T> task) {
    std::optional<T> result;
    async::Scope scope;
    scope.Spawn(Keep(std::move(task), result));
    executor.RunUntilIdle();
    MARU_CHECK(result.has_value());
    return *std::move(result);
  }

  Topic Open(const std::string& name, uint64_t epoch = 1) {
    auto topic = Run(log->OpenTopic(name, epoch));
    MARU_CHECK(topic.ok());
    return *topic;
  }

  AppendRequest Request(const Topic& topic, v1::Frame frame) {
    return {topic.name, topic.log, topic.epoch, std::move(frame)};
  }

  // What the publisher hears of one frame.
  absl::StatusOr<uint64_t> Append(const Topic& topic, v1::Frame frame) {
    const auto sink = std::make_shared<RecordingSink>();
    log->Append(Request(topic, std::move(frame)), sink);
    executor.RunUntilIdle();
    MARU_CHECK(sink->heard.size() == 1);
    return sink->heard[0];
  }

  // All records of a partition from `offset` on.
  std::vector<v1::Record> ReadAll(const std::string& name, uint32_t partition, uint64_t offset = 0,
                                  uint64_t max_records = 1000) {
    std::vector<v1::Record> records;
    const Topic* topic = log->Find(name);
    MARU_CHECK(topic != nullptr);
    const uint64_t end = topic->partitions[partition].end;
    while (offset < end) {
      auto result =
          Run(log->Read({topic->number, topic->log, partition, offset, end, max_records}));
      MARU_CHECK(result.ok());
      const auto* chunk = std::get_if<Chunk>(&*result);
      MARU_CHECK(chunk != nullptr);
      EXPECT_EQ(chunk->base_offset, offset);
      EXPECT_EQ(chunk->crc32c, Crc32c(chunk->records));
      const auto part = RecordsOf(chunk->records);
      EXPECT_EQ(part.size(), chunk->count);
      EXPECT_EQ(part.front().sequence(), chunk->first_sequence);
      EXPECT_EQ(part.back().sequence(), chunk->last_sequence);
      records.insert(records.end(), part.begin(), part.end());
      offset += chunk->count;
    }
    return records;
  }

  async::ManualExecutor executor;
  SeededRandom random{20270115};
  // Outlives the log.
  const std::unique_ptr<maru::store::Engine> engine;
  std::unique_ptr<Log> log;

 private:
  template <class T>
  static async::Task<void> Keep(async::Task<T> task, std::optional<T>& result) {
    result.emplace(co_await std::move(task));
  }

  const Log::Options options_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_LOG_TESTING_H_
