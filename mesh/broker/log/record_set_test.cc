// Goal: the walker accepts exactly what protobuf accepts, so that no record reaches a subscriber
// that it cannot parse. Method: sets made by protobuf, and random damage to them, compared with
// protobuf's own parser.
#include "mesh/broker/log/record_set.h"

#include <string>

#include "common/base/utf8.h"
#include "gtest/gtest.h"
#include "mesh/broker/log/log_testing.h"

namespace maru::broker {
namespace {

TEST(RecordSetTest, WalksWhatProtobufWrites) {
  const v1::Frame frame = NumberedFrame(5, 50);
  RecordSetReader reader(frame.records());
  std::string copied;
  uint64_t sequence = 5;
  for (const v1::Record& want : RecordsOf(frame.records())) {
    ASSERT_TRUE(reader.Next());
    EXPECT_EQ(reader.record().key, want.key());
    EXPECT_EQ(reader.record().value, want.value());
    EXPECT_EQ(reader.record().sequence, sequence++);
    copied.append(reader.record().encoded);
  }
  EXPECT_FALSE(reader.Next());
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(copied, frame.records());
}

TEST(RecordSetTest, SlicesAreSetsOfTheirOwn) {
  const v1::Frame frame = NumberedFrame(1, 20);
  for (uint64_t skip = 0; skip < 20; ++skip) {
    for (uint64_t take = 1; take + skip <= 20; ++take) {
      const auto slice = SliceRecords(frame.records(), skip, take);
      ASSERT_TRUE(slice.has_value());
      EXPECT_EQ(slice->first_sequence, skip + 1);
      EXPECT_EQ(slice->last_sequence, skip + take);
      EXPECT_EQ(RecordsOf(std::string(slice->records)).size(), take);
    }
    EXPECT_FALSE(SliceRecords(frame.records(), skip, 21 - skip).has_value());
  }
}

TEST(RecordSetTest, WhatItAcceptsProtobufAcceptsAndReadsAlike) {
  SeededRandom random(20270115);
  int accepted = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = NumberedFrame(1, 3).records();
    for (uint64_t damage = 0; damage <= random.Next() % 3; ++damage) {
      bytes[random.Next() % bytes.size()] = static_cast<char>(random.Next());
    }
    if (random.Next() % 4 == 0) bytes.resize(random.Next() % bytes.size());
    RecordSetReader reader(bytes);
    std::vector<RecordView> records;
    bool text = true;
    while (reader.Next()) {
      text = text && IsValidUtf8(reader.record().key);
      records.push_back(reader.record());
    }
    if (!reader.ok() || !text) continue;
    ++accepted;
    v1::RecordSet set;
    ASSERT_TRUE(set.ParseFromString(bytes)) << round;
    ASSERT_EQ(static_cast<size_t>(set.records_size()), records.size());
    for (int i = 0; i < set.records_size(); ++i) {
      EXPECT_EQ(set.records(i).key(), records[static_cast<size_t>(i)].key);
      EXPECT_EQ(set.records(i).value(), records[static_cast<size_t>(i)].value);
      EXPECT_EQ(set.records(i).sequence(), records[static_cast<size_t>(i)].sequence);
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(RecordSetTest, Utf8IsWhatUnicodeSays) {
  for (const std::string good :
       {"", "abc", "데이트 코스", "\xf0\x9f\x98\x80", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << good;
  }
  for (const std::string bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xea\xb0", "\xff", "a\xe2\x82"}) {
    EXPECT_FALSE(IsValidUtf8(bad));
  }
}

}  // namespace
}  // namespace maru::broker
