// Goal: what a publisher was told is on disk, once, in order; everything that does not follow is
// refused by name. Method: a log over each engine under virtual time; a model of what was
// published; restarts, full disks, failed syncs, damage.
#include "mesh/broker/log/log.h"

#include <map>
#include <string>
#include <vector>

#include "common/events/partition.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mesh/broker/engine.h"
#include "mesh/broker/log/keys.h"
#include "mesh/broker/log/log_testing.h"

namespace maru::broker {
namespace {

using rpc::ReasonOf;

constexpr char kTopic[] = "datecourse.schedule";

class LogTest : public testing::TestWithParam<maru::store::EngineKind> {};

std::unique_ptr<maru::store::Engine> MakeLogEngine() {
  return maru::store::MakeRocksDbEngine(OpenEngine);
}

INSTANTIATE_TEST_SUITE_P(Engines, LogTest,
                         testing::Values(maru::store::EngineKind{"memory",
                                                                 maru::store::MakeMemoryEngine},
                                         maru::store::EngineKind{"rocksdb", MakeLogEngine}),
                         [](const auto& engine) { return std::string(engine.param.name); });

// Every record of every partition, by sequence; checks partition and order.
std::map<uint64_t, std::string> Everything(LogHarness& harness, const std::string& topic = kTopic) {
  std::map<uint64_t, std::string> all;
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    uint64_t last = 0;
    for (const v1::Record& record : harness.ReadAll(topic, partition)) {
      EXPECT_EQ(events::PartitionOf(record.key()), partition);
      EXPECT_GT(record.sequence(), last);
      last = record.sequence();
      EXPECT_TRUE(all.emplace(record.sequence(), record.value()).second);
    }
  }
  return all;
}

std::map<uint64_t, std::string> Numbered(uint64_t first, uint64_t last) {
  std::map<uint64_t, std::string> all;
  for (uint64_t sequence = first; sequence <= last; ++sequence)
    all[sequence] = "코스-" + std::to_string(sequence);
  return all;
}

TEST_P(LogTest, RecordsComeBackByPartitionInOrderOfSequence) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(1, 100)).value(), 100u);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(101, 1)).value(), 101u);
  EXPECT_EQ(Everything(harness), Numbered(1, 101));
}

TEST_P(LogTest, ARestartKeepsTopicsMarksRecordsAndGroups) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic, 7);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 1000)).ok());
  ASSERT_EQ(harness.Run(harness.log->BindGroup("datecourse-viewpage/view", "store-1")).value(),
            "store-1");
  const uint32_t incarnation = harness.log->incarnation();
  harness.Reopen();
  EXPECT_EQ(harness.log->incarnation(), incarnation + 1);
  const Topic again = harness.Open(kTopic, 7);
  EXPECT_EQ(again.log_id, topic.log_id);
  EXPECT_EQ(again.mark, 1000u);
  EXPECT_EQ(Everything(harness), Numbered(1, 1000));
  EXPECT_EQ(harness.Run(harness.log->BindGroup("datecourse-viewpage/view", "store-2")).value(),
            "store-1");
  EXPECT_EQ(harness.Append(again, NumberedFrame(1001, 5)).value(), 1005u);
}

TEST_P(LogTest, APublishedFrameIsAckedAndShownOnlyAfterTheSync) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const auto sink = std::make_shared<RecordingSink>();
  int syncs = 0;
  harness.engine->OnSync([&] {
    ++syncs;
    EXPECT_TRUE(sink->heard.empty());
    EXPECT_EQ(harness.log->Find(kTopic)->mark, 0u);
    return absl::OkStatus();
  });
  harness.log->Append(harness.Request(topic, NumberedFrame(1, 3)), sink);
  harness.executor.RunUntilIdle();
  harness.engine->OnSync(nullptr);
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ(sink->heard.size(), 1u);
  EXPECT_EQ(Everything(harness), Numbered(1, 3));
}

TEST_P(LogTest, AGroupIsOneWriteAndAsFewFramesAsPartitions) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const uint64_t writes = harness.engine->syncs();
  const auto sink = std::make_shared<RecordingSink>();
  for (uint64_t first = 1; first <= 1000; ++first) {
    harness.log->Append(harness.Request(topic, NumberedFrame(first, 1)), sink);
  }
  harness.executor.RunUntilIdle();
  EXPECT_EQ(sink->heard.size(), 1000u);
  EXPECT_EQ(harness.engine->syncs(), writes + 1);
  harness.Reopen();  // reads from disk
  const Topic* read = harness.log->Find(kTopic);
  for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
    const uint64_t end = read->partitions[partition].end;
    if (end == 0) continue;
    const auto result =
        harness.Run(harness.log->Read({read->number, read->log, partition, 0, end, 10'000}));
    EXPECT_EQ(std::get<Chunk>(*result).frames, 1u);
    EXPECT_EQ(std::get<Chunk>(*result).count, end);
  }
}

TEST_P(LogTest, LargeRecordsAreSplitIntoFramesOfLegalSize) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const auto sink = std::make_shared<RecordingSink>();
  const std::string large(200 << 10, 'x');
  for (uint64_t first = 1; first <= 9; ++first) {
    harness.log->Append(harness.Request(topic, MakeFrame(first, {{"k", large}})), sink);
  }
  harness.executor.RunUntilIdle();
  harness.Reopen();
  const auto records = harness.ReadAll(kTopic, events::PartitionOf("k"));
  ASSERT_EQ(records.size(), 9u);
  for (const auto& record : records) EXPECT_EQ(record.value(), large);
}

// --- Repeats and refusals ---

TEST_P(LogTest, ARepeatIsDroppedAndAcked) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 600)).ok());
  EXPECT_EQ(harness.Append(topic, NumberedFrame(1, 600)).value(), 600u);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(250, 20)).value(), 600u);
  // Overlaps the mark: the new part is taken.
  EXPECT_EQ(harness.Append(topic, NumberedFrame(590, 20)).value(), 609u);
  EXPECT_EQ(Everything(harness), Numbered(1, 609));
  harness.Reopen();
  EXPECT_EQ(harness.Append(harness.Open(kTopic), NumberedFrame(1, 609)).value(), 609u);
  EXPECT_EQ(Everything(harness), Numbered(1, 609));
}

TEST_P(LogTest, ARepeatWithinOneGroupIsDroppedToo) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const auto first = std::make_shared<RecordingSink>();
  const auto second = std::make_shared<RecordingSink>();
  harness.log->Append(harness.Request(topic, NumberedFrame(1, 10)), first);
  harness.log->Append(harness.Request(topic, NumberedFrame(5, 10)), second);
  harness.log->Append(harness.Request(topic, NumberedFrame(1, 3, "다른-")), second);
  harness.executor.RunUntilIdle();
  EXPECT_EQ(first->heard.at(0).value(), 10u);
  EXPECT_EQ(second->heard.at(0).value(), 14u);
  EXPECT_EQ(ReasonOf(second->heard.at(1).status()), "SEQUENCE_REUSED");
  EXPECT_EQ(Everything(harness), Numbered(1, 14));
}

TEST_P(LogTest, AReusedSequenceIsRefused) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 600)).ok());
  const auto value = harness.Append(topic, NumberedFrame(300, 1, "다른-"));
  EXPECT_EQ(value.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(value.status()), "SEQUENCE_REUSED");
  const auto key = harness.Append(topic, MakeFrame(300, {{"다른 열쇠", "코스-300"}}));
  EXPECT_EQ(ReasonOf(key.status()), "SEQUENCE_REUSED");
  // Nothing of a refused frame stays, not even its new part.
  EXPECT_EQ(ReasonOf(harness.Append(topic, NumberedFrame(600, 10, "다른-")).status()),
            "SEQUENCE_REUSED");
  EXPECT_EQ(Everything(harness), Numbered(1, 600));
}

TEST_P(LogTest, AHoleIsRefused) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  EXPECT_EQ(ReasonOf(harness.Append(topic, NumberedFrame(2, 1)).status()), "SEQUENCE_HOLE");
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 5)).ok());
  const auto refused = harness.Append(topic, NumberedFrame(7, 1));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(rpc::ErrorInfoOf(refused.status())->metadata().at("mark"), "5");
  EXPECT_EQ(Everything(harness), Numbered(1, 5));
}

TEST_P(LogTest, TheWindowOfChecksumsIsExactly65536) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  uint64_t next = 1;
  // Odd sizes, so that rows of checksums fill up in all ways.
  for (const uint64_t count :
       {1, 255, 1, 256, 700, 9000, 9000, 9000, 9000, 9000, 9000, 9000, 9001, 3, 2048}) {
    ASSERT_TRUE(harness.Append(topic, NumberedFrame(next, count)).ok());
    next += count;
  }
  const uint64_t mark = next - 1;
  ASSERT_GT(mark, kChecksumWindow);
  const uint64_t oldest = mark - kChecksumWindow + 1;
  for (int restart = 0; restart < 2; ++restart) {
    const Topic open = harness.Open(kTopic);
    for (uint64_t sequence : {oldest, oldest + 1, oldest + 255, oldest + 256, mark - 1, mark}) {
      EXPECT_EQ(harness.Append(open, NumberedFrame(sequence, 1)).value(), mark) << sequence;
      EXPECT_EQ(ReasonOf(harness.Append(open, NumberedFrame(sequence, 1, "다른-")).status()),
                "SEQUENCE_REUSED");
    }
    EXPECT_EQ(ReasonOf(harness.Append(open, NumberedFrame(oldest - 1, 1)).status()),
              "PRODUCER_REWOUND");
    EXPECT_EQ(ReasonOf(harness.Append(open, NumberedFrame(1, 1)).status()), "PRODUCER_REWOUND");
    harness.Reopen();
  }
}

TEST_P(LogTest, OneHugeGroupKeepsTheWindow) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const auto sink = std::make_shared<RecordingSink>();
  uint64_t next = 1;
  while (next < 150'000) {
    harness.log->Append(harness.Request(topic, NumberedFrame(next, 9'999)), sink);
    next += 9'999;
  }
  harness.executor.RunUntilIdle();
  const uint64_t mark = next - 1;
  EXPECT_EQ(sink->heard.back().value(), mark);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(mark - kChecksumWindow + 1, 9'000)).value(), mark);
  EXPECT_EQ(
      ReasonOf(
          harness.Append(topic, NumberedFrame(mark - kChecksumWindow + 1, 1, "다른-")).status()),
      "SEQUENCE_REUSED");
}

TEST_P(LogTest, ALowerEpochIsFencedAlsoOnAnOpenStream) {
  LogHarness harness(GetParam().make());
  const Topic old = harness.Open(kTopic, 3);
  ASSERT_TRUE(harness.Append(old, NumberedFrame(1, 1)).ok());
  const Topic newer = harness.Open(kTopic, 4);
  EXPECT_EQ(ReasonOf(harness.Append(old, NumberedFrame(2, 1)).status()), "FENCED");
  EXPECT_EQ(ReasonOf(harness.Run(harness.log->OpenTopic(kTopic, 3)).status()), "FENCED");
  EXPECT_TRUE(harness.Append(newer, NumberedFrame(2, 1)).ok());
  harness.Reopen();
  EXPECT_EQ(ReasonOf(harness.Run(harness.log->OpenTopic(kTopic, 3)).status()), "FENCED");
}

TEST_P(LogTest, MalformedFramesAreRefusedByName) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  const auto reason = [&](v1::Frame frame) {
    return ReasonOf(harness.Append(topic, std::move(frame)).status());
  };
  const auto reseal = [](v1::Frame frame) {
    frame.set_crc32c(Crc32c(frame.records()));
    return frame;
  };
  v1::Frame frame = NumberedFrame(1, 3);
  frame.mutable_records()->back() ^= 1;
  EXPECT_EQ(reason(frame), "FRAME_DAMAGED");
  frame = NumberedFrame(1, 3);
  frame.set_count(2);
  EXPECT_EQ(reason(frame), "PROTOCOL_VIOLATION");
  frame = NumberedFrame(1, 3);
  frame.set_count(2);
  frame.set_last_sequence(2);
  EXPECT_EQ(reason(frame), "PROTOCOL_VIOLATION");
  frame = NumberedFrame(1, 3);
  frame.set_records(frame.records().substr(0, frame.records().size() - 1));
  EXPECT_EQ(reason(reseal(frame)), "PROTOCOL_VIOLATION");
  frame = NumberedFrame(1, 3);
  frame.set_records(NumberedFrame(2, 3).records());
  EXPECT_EQ(reason(reseal(frame)), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(MakeFrame(1, {})), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(NumberedFrame(0, 1)), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(MakeFrame(1, {{std::string(1025, 'k'), ""}})), "PROTOCOL_VIOLATION");
  EXPECT_EQ(reason(MakeFrame(1, {{"k", std::string(256 << 10, 'v')}})), "PROTOCOL_VIOLATION");
  // Invalid UTF-8 would make the message of a batch unreadable for every subscriber.
  std::string set("\x0a\x06\x0a\x02\xff\xfe\x10\x01", 8);
  v1::Frame invalid;
  invalid.set_first_sequence(1);
  invalid.set_last_sequence(1);
  invalid.set_count(1);
  invalid.set_records(set);
  EXPECT_EQ(reason(reseal(invalid)), "PROTOCOL_VIOLATION");
  EXPECT_EQ(harness.log->Find(kTopic)->mark, 0u);
}

// --- Topics ---

TEST_P(LogTest, ATopicCreatedAnewHasAnotherLogAndKeepsTheOwnersMark) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 300)).ok());
  EXPECT_EQ(ReasonOf(harness.Run(harness.log->DeleteTopic(kTopic, "ffff"))), "LOG_REPLACED");
  ASSERT_TRUE(harness.Run(harness.log->DeleteTopic(kTopic, topic.log_id)).ok());
  EXPECT_EQ(harness.log->Find(kTopic), nullptr);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(301, 1)).status().code(),
            absl::StatusCode::kUnavailable);
  harness.Reopen();
  EXPECT_EQ(harness.log->Find(kTopic), nullptr);
  const Topic anew = harness.Open(kTopic);
  EXPECT_NE(anew.log_id, topic.log_id);
  EXPECT_EQ(anew.mark, 300u);
  EXPECT_EQ(harness.Append(anew, NumberedFrame(290, 20)).value(), 309u);
  EXPECT_EQ(Everything(harness), Numbered(301, 309));
  ASSERT_TRUE(harness.Run(harness.log->Clean()).ok());
  EXPECT_EQ(Everything(harness), Numbered(301, 309));
  // Nothing of the old log is left.
  const PartitionState old = topic.partitions[events::PartitionOf("열쇠-1")];
  const auto gone = harness.Run(harness.log->Read(
      {topic.number, topic.log, events::PartitionOf("열쇠-1"), old.earliest, 1, 10}));
  EXPECT_TRUE(std::holds_alternative<Unreadable>(*gone));
}

TEST_P(LogTest, RetentionRemovesWholeFramesOnceTheyAreOldAndKeepsTheNewest) {
  LogHarness harness(GetParam().make());
  ASSERT_TRUE(harness.Run(harness.log->CreateTopic(kTopic, {.max_age = absl::Hours(1)})).ok());
  const Topic topic = harness.Open(kTopic);
  for (uint64_t sequence = 1; sequence <= 200; ++sequence) {
    ASSERT_TRUE(harness.Append(topic, MakeFrame(sequence, {{"k", "하나"}})).ok());
  }
  ASSERT_TRUE(harness.Run(harness.log->Clean()).ok());
  const uint32_t partition = events::PartitionOf("k");
  EXPECT_EQ(harness.log->Find(kTopic)->partitions[partition].earliest, 0u);
  harness.executor.Advance(absl::Hours(2));
  ASSERT_TRUE(harness.Append(topic, MakeFrame(201, {{"k", "둘"}})).ok());
  ASSERT_TRUE(harness.Run(harness.log->Clean()).ok());
  EXPECT_EQ(harness.log->Find(kTopic)->partitions[partition].earliest, 200u);
  harness.executor.Advance(absl::Hours(2));
  ASSERT_TRUE(harness.Run(harness.log->Clean()).ok());
  harness.Reopen();
  EXPECT_EQ(harness.log->Find(kTopic)->partitions[partition].earliest, 200u);
  EXPECT_EQ(harness.log->Find(kTopic)->partitions[partition].end, 201u);
  EXPECT_EQ(harness.ReadAll(kTopic, partition, 200).size(), 1u);
  const auto gone =
      harness.Run(harness.log->Read({topic.number, topic.log, partition, 5, 201, 10}));
  EXPECT_EQ(std::get<Unreadable>(*gone).why, Unreadable::Why::kTruncated);
  EXPECT_EQ(std::get<Unreadable>(*gone).next_offset, 200u);
}

TEST_P(LogTest, RetentionByBytesKeepsAtLeastThatMuch) {
  LogHarness harness(GetParam().make());
  ASSERT_TRUE(harness.Run(harness.log->CreateTopic(kTopic, {.max_bytes = 10'000})).ok());
  const Topic topic = harness.Open(kTopic);
  for (uint64_t sequence = 1; sequence <= 100; ++sequence) {
    ASSERT_TRUE(harness.Append(topic, MakeFrame(sequence, {{"k", std::string(990, 'v')}})).ok());
  }
  ASSERT_TRUE(harness.Run(harness.log->Clean()).ok());
  const PartitionState& state = harness.log->Find(kTopic)->partitions[events::PartitionOf("k")];
  EXPECT_EQ(state.end, 100u);
  EXPECT_EQ(state.earliest, 90u);
}

// --- Faults ---

TEST_P(LogTest, AFullDiskRefusesRetryablyAndTheLogRecoversByItself) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 10)).ok());
  harness.engine->SetDiskFull(true);
  const auto refused = harness.Append(topic, NumberedFrame(11, 10));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused.status()), "DISK_FULL");
  EXPECT_TRUE(rpc::RetryDelayOf(refused.status()).has_value());
  EXPECT_EQ(Everything(harness), Numbered(1, 10));
  EXPECT_TRUE(harness.log->failure().ok());
  harness.engine->SetDiskFull(false);
  EXPECT_EQ(harness.Append(topic, NumberedFrame(11, 10)).value(), 20u);
  EXPECT_EQ(Everything(harness), Numbered(1, 20));
}

TEST_P(LogTest, AFailedSyncRefusesEverythingFromThenOn) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  ASSERT_TRUE(harness.Append(topic, NumberedFrame(1, 10)).ok());
  harness.engine->OnSync([] { return absl::InternalError("fsync: EIO"); });
  EXPECT_EQ(ReasonOf(harness.Append(topic, NumberedFrame(11, 1)).status()), "LOG_FAILED");
  harness.engine->OnSync(nullptr);
  EXPECT_EQ(ReasonOf(harness.Append(topic, NumberedFrame(11, 1)).status()), "LOG_FAILED");
  EXPECT_EQ(ReasonOf(harness.Run(harness.log->OpenTopic("datecourse.review", 1)).status()),
            "LOG_FAILED");
  EXPECT_FALSE(harness.log->failure().ok());
  // What was acked can still be read, and nothing else is shown.
  EXPECT_EQ(Everything(harness), Numbered(1, 10));
}

TEST_P(LogTest, DamageIsSaidByOffsetAndTheRestCanBeRead) {
  LogHarness harness(GetParam().make());
  const Topic topic = harness.Open(kTopic);
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    ASSERT_TRUE(harness
                    .Append(topic, MakeFrame(sequence,
                                             {
                                                 {"k", "하나"},
                                             }))
                    .ok());
  }
  const uint32_t partition = events::PartitionOf("k");
  harness.Close();
  store::v1::FrameRow row;
  row.set_count(1);
  row.set_records("abc");
  row.set_crc32c(1);
  harness.engine->Damage(FrameKey(topic.log, partition, 2), row.SerializeAsString());
  harness.engine->Damage(FrameKey(topic.log, partition, 3), std::nullopt);
  harness.Reopen();
  const auto read = [&](uint64_t offset) {
    return *harness.Run(harness.log->Read({topic.number, topic.log, partition, offset, 5, 10}));
  };
  EXPECT_EQ(std::get<Chunk>(read(0)).count, 2u);
  EXPECT_EQ(std::get<Unreadable>(read(2)).why, Unreadable::Why::kDamaged);
  EXPECT_EQ(std::get<Unreadable>(read(2)).next_offset, 4u);
  EXPECT_EQ(std::get<Unreadable>(read(3)).why, Unreadable::Why::kDamaged);
  EXPECT_EQ(std::get<Unreadable>(read(3)).next_offset, 4u);
  EXPECT_EQ(std::get<Chunk>(read(4)).count, 1u);
}

TEST_P(LogTest, ReadsBeginAnywhereAndStopAtTheLimits) {
  LogHarness harness(GetParam().make(), {.tail_cache_bytes = 2000});
  const Topic topic = harness.Open(kTopic);
  for (int i = 0; i < 20; ++i) {
    std::vector<KeyValue> records(10, {"k", "값"});
    ASSERT_TRUE(harness.Append(topic, MakeFrame(static_cast<uint64_t>(i) * 10 + 1, records)).ok());
  }
  const uint32_t partition = events::PartitionOf("k");
  for (uint64_t offset = 0; offset < 200; ++offset) {
    for (const uint64_t max_records : {1, 7, 10, 33, 1000}) {
      const auto result = harness.Run(
          harness.log->Read({topic.number, topic.log, partition, offset, 200, max_records}));
      const Chunk& chunk = std::get<Chunk>(*result);
      EXPECT_EQ(chunk.base_offset, offset);
      EXPECT_GE(chunk.count, 1u);
      EXPECT_LE(chunk.count, max_records);
      EXPECT_EQ(chunk.first_sequence, offset + 1);
      EXPECT_EQ(chunk.last_sequence, offset + chunk.count);
      EXPECT_EQ(RecordsOf(chunk.records).size(), chunk.count);
      EXPECT_EQ(chunk.crc32c, Crc32c(chunk.records));
    }
  }
}

TEST_P(LogTest, ANewerFormatIsRefused) {
  LogHarness harness(GetParam().make());
  harness.Close();
  store::v1::Format format;
  format.set_version(99);
  harness.engine->Damage(FormatKey(), format.SerializeAsString());
  auto backend = harness.engine->Open();
  EXPECT_EQ(LoadState(**backend).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace maru::broker
