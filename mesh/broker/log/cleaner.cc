// The part of Log that gives disk space back. Each step reads a bounded number of frames beside the
// writer and removes them in one small write, so that publishers hardly notice.
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "mesh/broker/log/keys.h"
#include "mesh/broker/log/log.h"

namespace maru::broker {
namespace {

using Changes = std::vector<maru::store::Change>;
using Snapshot = maru::store::Snapshot;

constexpr size_t kFramesPerStep = 64;
constexpr size_t kBytesPerStep = 4 << 20;

// Frames from the beginning of a range that may go.
struct Removable {
  std::vector<std::string> keys;
  // Offset after the last of them.
  uint64_t earliest = 0;
  // Whether there may be more.
  bool more = false;
};

bool Expired(const Retention& retention, const store::v1::FrameRow& row, uint64_t end_byte,
             absl::Time now) {
  const bool old = retention.max_age != absl::InfiniteDuration() &&
                   absl::FromUnixSeconds(row.write_second()) + retention.max_age < now;
  // Without this frame, what is left is still as much as may be kept.
  const bool much = retention.max_bytes != 0 && end_byte - row.end_byte() >= retention.max_bytes;
  return old || much;
}

// The newest frame always stays.
absl::StatusOr<Removable> FindExpired(const Snapshot& snapshot, const Topic& topic,
                                      uint32_t partition, absl::Time now) {
  const PartitionState& state = topic.partitions[partition];
  Removable found;
  size_t bytes = 0;
  const auto cursor = snapshot.Scan(PartitionFrames(topic.log, partition, state.earliest),
                                    maru::store::Direction::kForward, maru::store::ReadTier::kAll);
  for (; cursor->Valid(); cursor->Next()) {
    store::v1::FrameRow row;
    // What cannot be read is not removed on a guess: an operator sees it in VerifyTopic.
    if (!row.ParseFromArray(cursor->value().data(), static_cast<int>(cursor->value().size())))
      break;
    const uint64_t after = BaseOffsetOf(cursor->key()) + row.count();
    if (after >= state.end || !Expired(topic.retention, row, state.end_byte, now)) break;
    found.keys.emplace_back(cursor->key());
    found.earliest = after;
    bytes += row.records().size();
    found.more = found.keys.size() >= kFramesPerStep || bytes >= kBytesPerStep;
    if (found.more) break;
  }
  RETURN_IF_ERROR(cursor->status());
  return found;
}

absl::StatusOr<Removable> FindFramesOf(const Snapshot& snapshot, uint32_t log) {
  Removable found;
  size_t bytes = 0;
  const auto cursor =
      snapshot.Scan(LogFrames(log), maru::store::Direction::kForward, maru::store::ReadTier::kAll);
  for (; cursor->Valid() && !found.more; cursor->Next()) {
    found.keys.emplace_back(cursor->key());
    bytes += cursor->value().size();
    found.more = found.keys.size() >= kFramesPerStep || bytes >= kBytesPerStep;
  }
  RETURN_IF_ERROR(cursor->status());
  return found;
}

Changes Deleted(const std::vector<std::string>& keys) {
  Changes changes;
  for (const std::string& key : keys) changes.push_back({key, std::nullopt});
  return changes;
}

}  // namespace

async::Task<absl::Status> Log::Clean() {
  std::vector<uint32_t> deleted;
  for (const auto& [log, row] : state_.deleted_logs) deleted.push_back(log);
  for (const uint32_t log : deleted) {
    bool more = true;
    while (more) {
      CO_ASSIGN_OR_RETURN(more, co_await CleanDeletedLog(log));
    }
  }
  std::vector<std::string> limited;
  for (const auto& [name, topic] : state_.topics) {
    if (topic.exists() && topic.retention.limited()) limited.push_back(name);
  }
  for (const std::string& name : limited) {
    for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
      bool more = true;
      while (more) {
        CO_ASSIGN_OR_RETURN(more, co_await CleanPartition(name, partition));
      }
    }
  }
  co_return absl::OkStatus();
}

async::Task<absl::StatusOr<bool>> Log::CleanPartition(std::string name, uint32_t partition) {
  const Topic* topic = Find(name);
  if (topic == nullptr) co_return false;
  absl::AnyInvocable<absl::StatusOr<Removable>(const Snapshot&)> find =
      [topic = *topic, partition, now = executor_.WallNow()](const Snapshot& snapshot) {
        return FindExpired(snapshot, topic, partition, now);
      };
  const uint32_t log = topic->log;
  CO_ASSIGN_OR_RETURN(const Removable found, co_await OnReader<Removable>(std::move(find)));
  if (found.keys.empty()) co_return false;
  Edit edit = [name, log, partition, earliest = found.earliest,
               keys = found.keys](LogState& next) -> absl::StatusOr<Changes> {
    Topic& changed = next.topics.at(name);
    if (changed.log != log || !changed.exists()) return Changes{};
    changed.partitions[partition].earliest = earliest;
    Changes changes = Deleted(keys);
    changes.push_back(TopicStateRowOf(changed));
    return changes;
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  co_return found.more;
}

async::Task<absl::StatusOr<bool>> Log::CleanDeletedLog(uint32_t log) {
  absl::AnyInvocable<absl::StatusOr<Removable>(const Snapshot&)> find =
      [log](const Snapshot& snapshot) { return FindFramesOf(snapshot, log); };
  CO_ASSIGN_OR_RETURN(const Removable found, co_await OnReader<Removable>(std::move(find)));
  Edit edit = [log, keys = found.keys,
               more = found.more](LogState& next) -> absl::StatusOr<Changes> {
    Changes changes = Deleted(keys);
    if (!more) {
      next.deleted_logs.erase(log);
      changes.push_back({DeletedLogKey(log), std::nullopt});
    }
    return changes;
  };
  CO_RETURN_IF_ERROR(co_await Change(std::move(edit)));
  co_return found.more;
}

}  // namespace maru::broker
