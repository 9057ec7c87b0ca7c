// Keys of the log's rows: one byte that names the table, then numbers in big-endian order.
// README.md shows an example of each.
#ifndef MARU_MESH_BROKER_LOG_KEYS_H_
#define MARU_MESH_BROKER_LOG_KEYS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "common/store/backend.h"

namespace maru::broker {

// Never reused.
enum class Table : uint8_t {
  kFormat = 0,
  kTopic = 1,
  kTopicState = 2,
  kChecksum = 3,
  kFrame = 4,
  kDeletedLog = 5,
  kGroup = 6,
};

std::string FormatKey();
std::string TopicKey(std::string_view name);
std::string TopicStateKey(uint32_t number);
// `slot`: see checksums.h.
std::string ChecksumKey(uint32_t number, uint32_t slot);
std::string FrameKey(uint32_t log, uint32_t partition, uint64_t base_offset);
std::string DeletedLogKey(uint32_t log);
std::string GroupKey(std::string_view name);

// All rows of a table; their names or numbers.
maru::store::KeyRange TableRange(Table table);
std::string_view NameOf(std::string_view key);
uint32_t NumberOf(std::string_view key);

// Frames of a log; of one partition from `base_offset` on.
maru::store::KeyRange LogFrames(uint32_t log);
maru::store::KeyRange PartitionFrames(uint32_t log, uint32_t partition, uint64_t base_offset);
uint64_t BaseOffsetOf(std::string_view frame_key);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_KEYS_H_
