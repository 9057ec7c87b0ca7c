// For tests of checkers: rows and logs from text, and the ways to spoil them, as a table.
#ifndef MARU_TESTS_WORKLOAD_SPOILED_H_
#define MARU_TESTS_WORKLOAD_SPOILED_H_

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/events/partition.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/workload/stored.h"

namespace maru::workload {

// A row or an event, in the text format of protobuf.
template <typename Message>
Message Of(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The next event of a topic, about the thing `id`, as the broker would hold it. Its time, in
// seconds, is its number there.
template <typename Event>
void Publish(const std::string& topic, const std::string& id, const std::string& text,
             std::map<std::string, Topic>& topics) {
  Topic& of = topics[topic];
  const uint32_t partition = events::PartitionOf(id);
  const auto before = std::count_if(of.records.begin(), of.records.end(), [&](const auto& record) {
    return record.partition() == partition;
  });
  auto& record = of.records.emplace_back();
  record.set_partition(partition);
  record.set_offset(static_cast<uint64_t>(before));
  record.set_sequence(++of.last_sequence);
  record.set_key(id);
  event::v1::Event& event = *record.mutable_event();
  event.set_id(absl::StrCat("event-", of.last_sequence));
  event.set_type(Event::descriptor()->full_name());
  event.set_source(topic);
  event.set_sequence(of.last_sequence);
  event.set_key(id);
  event.set_correlation_id(id);
  event.mutable_time()->set_seconds(static_cast<int64_t>(of.last_sequence));
  event.set_data(Of<Event>(text).SerializeAsString());
}

// One thing that is wrong, and what its checker must say.
template <typename Stored, typename Town>
struct Spoiled {
  const char* what;
  std::string (*check)(const Stored& stored, const Town& town);
  const char* says;
  void (*spoil)(Stored& stored, Town& town);
};

// Each in a copy of its own of what is right.
template <typename Stored, typename Town>
void ExpectFound(const std::vector<Spoiled<Stored, Town>>& table, const Stored& stored,
                 const Town& town) {
  for (const auto& row : table) {
    Stored spoiled = stored;
    Town told = town;
    row.spoil(spoiled, told);
    EXPECT_THAT(row.check(spoiled, told), testing::HasSubstr(row.says)) << row.what;
  }
}

}  // namespace maru::workload

#endif  // MARU_TESTS_WORKLOAD_SPOILED_H_
