// What the log knows without reading frames: topics, where they stand, groups. One copy belongs to
// the writer and runs ahead of the disk by the group that is being written; the other belongs to
// the executor and shows what is durable.
#ifndef MARU_MESH_BROKER_LOG_STATE_H_
#define MARU_MESH_BROKER_LOG_STATE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/events/partition.h"
#include "common/store/backend.h"
#include "maru/broker/store/v1/broker.pb.h"

namespace maru::broker {

struct PartitionState {
  // Offset of the first record that is there.
  uint64_t earliest = 0;
  // Offset after the last record.
  uint64_t end = 0;
  // Bytes of records ever appended.
  uint64_t end_byte = 0;
};

struct Retention {
  // InfiniteDuration: no limit.
  absl::Duration max_age = absl::InfiniteDuration();
  // Per partition; 0: no limit.
  uint64_t max_bytes = 0;

  bool limited() const { return max_bytes != 0 || max_age != absl::InfiniteDuration(); }
};

struct Topic {
  std::string name;
  // In keys: of the topic for good, and of its present log.
  uint32_t number = 0;
  uint32_t log = 0;
  // Empty while the topic is deleted.
  std::string log_id;
  absl::Time create_time;
  Retention retention;
  uint64_t epoch = 0;
  uint64_t mark = 0;
  std::array<PartitionState, events::kPartitions> partitions;

  bool exists() const { return !log_id.empty(); }
};

struct GroupBinding {
  // Empty: not bound.
  std::string store_id;
};

struct LogState {
  store::v1::Format format;
  // Deleted ones too: their owner's mark stays.
  std::map<std::string, Topic, std::less<>> topics;
  std::map<std::string, GroupBinding, std::less<>> groups;
  // Logs whose frames are still to be removed.
  std::map<uint32_t, store::v1::DeletedLogRow> deleted_logs;
};

// Reads the state of a log; an empty backend has the state of a new one, with format.version 0.
// FAILED_PRECONDITION: written by a newer version. DATA_LOSS: a row is damaged or missing; names
// it.
absl::StatusOr<LogState> LoadState(const maru::store::Backend& backend);

// The rows of a topic.
maru::store::Change TopicRowOf(const Topic& topic);
maru::store::Change TopicStateRowOf(const Topic& topic);

// Both names of "<system>.<context>" are lower-case letters, digits and '-', beginning with a
// letter; at most 128 bytes.
bool IsTopicName(std::string_view name);
// "datecourse.schedule" -> "datecourse-schedule".
std::string OwnerOf(std::string_view topic);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_STATE_H_
