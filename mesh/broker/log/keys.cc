#include "mesh/broker/log/keys.h"

#include "common/base/status.h"

namespace maru::broker {
namespace {

std::string Begin(Table table) { return std::string(1, static_cast<char>(table)); }

template <class Integer>
void Append(std::string& key, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(static_cast<uint8_t>(value >> shift)));
  }
}

template <class Integer>
Integer Read(std::string_view key, size_t at) {
  MARU_CHECK(key.size() >= at + sizeof(Integer));
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value = static_cast<Integer>(value << 8 | static_cast<uint8_t>(key[at + i]));
  }
  return value;
}

constexpr size_t kAfterTable = 1;
constexpr size_t kBaseOffsetAt = kAfterTable + sizeof(uint32_t) + sizeof(uint8_t);

}  // namespace

std::string FormatKey() { return Begin(Table::kFormat); }

std::string TopicKey(std::string_view name) { return Begin(Table::kTopic).append(name); }

std::string TopicStateKey(uint32_t number) {
  std::string key = Begin(Table::kTopicState);
  Append(key, number);
  return key;
}

std::string ChecksumKey(uint32_t number, uint32_t slot) {
  std::string key = Begin(Table::kChecksum);
  Append(key, number);
  Append(key, slot);
  return key;
}

std::string FrameKey(uint32_t log, uint32_t partition, uint64_t base_offset) {
  std::string key = Begin(Table::kFrame);
  Append(key, log);
  Append(key, static_cast<uint8_t>(partition));
  Append(key, base_offset);
  return key;
}

std::string DeletedLogKey(uint32_t log) {
  std::string key = Begin(Table::kDeletedLog);
  Append(key, log);
  return key;
}

std::string GroupKey(std::string_view name) { return Begin(Table::kGroup).append(name); }

maru::store::KeyRange TableRange(Table table) {
  return {Begin(table), Begin(static_cast<Table>(static_cast<uint8_t>(table) + 1))};
}

std::string_view NameOf(std::string_view key) { return key.substr(kAfterTable); }

uint32_t NumberOf(std::string_view key) { return Read<uint32_t>(key, kAfterTable); }

maru::store::KeyRange LogFrames(uint32_t log) {
  return {FrameKey(log, 0, 0), FrameKey(log + 1, 0, 0)};
}

maru::store::KeyRange PartitionFrames(uint32_t log, uint32_t partition, uint64_t base_offset) {
  return {FrameKey(log, partition, base_offset), FrameKey(log, partition + 1, 0)};
}

uint64_t BaseOffsetOf(std::string_view frame_key) {
  return Read<uint64_t>(frame_key, kBaseOffsetAt);
}

}  // namespace maru::broker
