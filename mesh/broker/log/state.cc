#include "mesh/broker/log/state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/base/strings.h"
#include "common/base/timestamp.h"
#include "google/protobuf/util/time_util.h"
#include "mesh/broker/log/keys.h"

namespace maru::broker {
namespace {

using google::protobuf::util::TimeUtil;
using maru::store::Direction;
using maru::store::ReadTier;

constexpr uint32_t kFormatVersion = 1;

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(absl::StrCat("the broker's log is damaged: ", ToAbsl(what)));
}

// Calls `visit(key, row)` for each row of a table.
template <class Row, class Visit>
absl::Status ForEachRow(const maru::store::Snapshot& snapshot, Table table, Visit visit) {
  const auto cursor = snapshot.Scan(TableRange(table), Direction::kForward, ReadTier::kAll);
  for (; cursor->Valid(); cursor->Next()) {
    Row row;
    if (!row.ParseFromArray(cursor->value().data(), static_cast<int>(cursor->value().size()))) {
      return Damaged(absl::StrCat("a row of table ", static_cast<int>(table)));
    }
    RETURN_IF_ERROR(visit(cursor->key(), row));
  }
  return cursor->status();
}

Topic TopicOf(std::string_view name, const store::v1::TopicRow& row) {
  Topic topic;
  topic.name = std::string(name);
  topic.number = row.number();
  topic.log = row.log();
  topic.log_id = row.log_id();
  topic.create_time = FromTimestamp(row.create_time());
  if (row.has_max_age()) {
    topic.retention.max_age = absl::Nanoseconds(TimeUtil::DurationToNanoseconds(row.max_age()));
  }
  topic.retention.max_bytes = row.max_bytes();
  return topic;
}

absl::Status ReadTopicState(const maru::store::Snapshot& snapshot, Topic& topic) {
  ASSIGN_OR_RETURN(const auto value, snapshot.Get(TopicStateKey(topic.number), ReadTier::kAll));
  store::v1::TopicStateRow row;
  constexpr int kPartitions = static_cast<int>(events::kPartitions);
  if (!value.has_value() || !row.ParseFromString(*value) || row.earliest_size() != kPartitions ||
      row.end_size() != kPartitions || row.end_byte_size() != kPartitions) {
    return Damaged(absl::StrCat("the state of topic ", topic.name));
  }
  topic.epoch = row.epoch();
  topic.mark = row.mark();
  for (int i = 0; i < kPartitions; ++i) {
    topic.partitions[static_cast<size_t>(i)] = {row.earliest(i), row.end(i), row.end_byte(i)};
  }
  return absl::OkStatus();
}

absl::Status LoadFormat(const maru::store::Snapshot& snapshot, LogState& state) {
  ASSIGN_OR_RETURN(const auto value, snapshot.Get(FormatKey(), ReadTier::kAll));
  if (!value.has_value()) {
    const auto any = snapshot.Scan({}, Direction::kForward, ReadTier::kAll);
    RETURN_IF_ERROR(any->status());
    if (any->Valid()) return Damaged("it has rows but no format record");
    return absl::OkStatus();
  }
  if (!state.format.ParseFromString(*value)) return Damaged("the format record");
  if (state.format.version() != kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the broker's log has format ",
                                                      state.format.version(),
                                                      ", this program reads ", kFormatVersion));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LogState> LoadState(const maru::store::Backend& backend) {
  const auto snapshot = backend.Snap();
  LogState state;
  RETURN_IF_ERROR(LoadFormat(*snapshot, state));
  RETURN_IF_ERROR(ForEachRow<store::v1::TopicRow>(
      *snapshot, Table::kTopic,
      [&](std::string_view key, const store::v1::TopicRow& row) -> absl::Status {
        Topic topic = TopicOf(NameOf(key), row);
        RETURN_IF_ERROR(ReadTopicState(*snapshot, topic));
        state.topics.emplace(topic.name, std::move(topic));
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(ForEachRow<store::v1::GroupRow>(
      *snapshot, Table::kGroup, [&](std::string_view key, const store::v1::GroupRow& row) {
        state.groups[std::string(NameOf(key))].store_id = row.store_id();
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(ForEachRow<store::v1::DeletedLogRow>(
      *snapshot, Table::kDeletedLog,
      [&](std::string_view key, const store::v1::DeletedLogRow& row) {
        state.deleted_logs[NumberOf(key)] = row;
        return absl::OkStatus();
      }));
  return state;
}

maru::store::Change TopicRowOf(const Topic& topic) {
  store::v1::TopicRow row;
  row.set_number(topic.number);
  row.set_log(topic.log);
  row.set_log_id(topic.log_id);
  *row.mutable_create_time() = ToTimestamp(topic.create_time);
  if (topic.retention.max_age != absl::InfiniteDuration()) {
    *row.mutable_max_age() =
        TimeUtil::NanosecondsToDuration(absl::ToInt64Nanoseconds(topic.retention.max_age));
  }
  row.set_max_bytes(topic.retention.max_bytes);
  return {TopicKey(topic.name), row.SerializeAsString()};
}

maru::store::Change TopicStateRowOf(const Topic& topic) {
  store::v1::TopicStateRow row;
  row.set_epoch(topic.epoch);
  row.set_mark(topic.mark);
  for (const PartitionState& partition : topic.partitions) {
    row.add_earliest(partition.earliest);
    row.add_end(partition.end);
    row.add_end_byte(partition.end_byte);
  }
  return {TopicStateKey(topic.number), row.SerializeAsString()};
}

bool IsTopicName(std::string_view name) {
  constexpr size_t kMaxBytes = 128;
  if (name.size() > kMaxBytes) return false;
  const size_t dot = name.find('.');
  if (dot == std::string_view::npos) return false;
  const auto is_name = [](std::string_view part) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !part.empty() && lower(part[0]) && std::all_of(part.begin(), part.end(), [&](char c) {
      return lower(c) || (c >= '0' && c <= '9') || c == '-';
    });
  };
  return is_name(name.substr(0, dot)) && is_name(name.substr(dot + 1));
}

std::string OwnerOf(std::string_view topic) {
  std::string owner(topic);
  std::replace(owner.begin(), owner.end(), '.', '-');
  return owner;
}

}  // namespace maru::broker
