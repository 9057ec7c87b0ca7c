#include "mesh/broker/log/append_group.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/crc32c.h"
#include "common/base/status.h"
#include "common/base/utf8.h"
#include "maru/broker/v1/errors.maru.h"
#include "mesh/broker/log/checksums.h"
#include "mesh/broker/log/keys.h"
#include "mesh/broker/log/limits.h"

namespace maru::broker {
namespace {

absl::Status Violation(std::string_view what) { return v1::errors::ProtocolViolation(what); }

}  // namespace

std::optional<absl::Status> AppendGroup::Add(const AppendRequest& request) {
  const auto found = state_.topics.find(request.topic);
  if (found == state_.topics.end() || found->second.log != request.log || !found->second.exists()) {
    return v1::errors::SessionExpired("the topic was deleted");
  }
  auto group = topics_.find(request.topic);
  const Topic& topic = group != topics_.end() ? group->second.next : found->second;
  const uint64_t durable_mark = found->second.mark;
  const v1::Frame& frame = request.frame;
  if (absl::Status status = Check(request, topic); !status.ok()) return status;
  if (frame.first_sequence() <= topic.mark && frame.last_sequence() > durable_mark &&
      topic.mark > durable_mark) {
    return std::nullopt;
  }
  if (absl::Status status = Parse(frame); !status.ok()) return status;
  const uint64_t mark = topic.mark;
  if (frame.first_sequence() <= mark) {
    if (absl::Status status = CompareRepeats(topic, frame.first_sequence(), mark); !status.ok())
      return status;
  }
  if (frame.last_sequence() <= mark) return absl::OkStatus();
  if (group == topics_.end()) {
    group = topics_.emplace(request.topic, TopicGroup{}).first;
    group->second.next = found->second;
    group->second.durable_mark = durable_mark;
  }
  for (uint64_t sequence = std::max(frame.first_sequence(), mark + 1);
       sequence <= frame.last_sequence(); ++sequence) {
    Place(group->second, sequence, parsed_[sequence - frame.first_sequence()]);
  }
  group->second.next.mark = frame.last_sequence();
  return absl::OkStatus();
}

absl::Status AppendGroup::Check(const AppendRequest& request, const Topic& topic) {
  const v1::Frame& frame = request.frame;
  if (request.epoch < topic.epoch) {
    return v1::errors::Fenced(topic.name, std::to_string(request.epoch),
                              std::to_string(topic.epoch));
  }
  if (frame.count() == 0 || frame.first_sequence() == 0 ||
      frame.last_sequence() < frame.first_sequence() ||
      frame.last_sequence() - frame.first_sequence() != frame.count() - 1) {
    return Violation("a frame's sequences are not contiguous, or not as many as its count");
  }
  if (frame.records().size() > kMaxFrameBytes)
    return Violation("a frame has more than 512 KiB of records");
  if (Crc32c(frame.records()) != frame.crc32c()) {
    return v1::errors::FrameDamaged(std::to_string(frame.first_sequence()));
  }
  if (frame.first_sequence() > topic.mark + 1) {
    return v1::errors::SequenceHole(topic.name, std::to_string(topic.mark),
                                    std::to_string(frame.first_sequence()));
  }
  if (frame.first_sequence() + kChecksumWindow <= topic.mark) {
    return v1::errors::ProducerRewound(topic.name, std::to_string(topic.mark),
                                       std::to_string(frame.first_sequence()));
  }
  return absl::OkStatus();
}

absl::Status AppendGroup::Parse(const v1::Frame& frame) {
  parsed_.clear();
  RecordSetReader reader(frame.records());
  while (reader.Next()) {
    const RecordView& record = reader.record();
    if (record.encoded.size() > kMaxRecordBytes) return Violation("a record has more than 256 KiB");
    if (record.key.size() > kMaxKeyBytes) return Violation("a key has more than 1 KiB");
    // A client's parser refuses a whole message for a text that is not UTF-8.
    if (!IsValidUtf8(record.key)) return Violation("a key is not UTF-8");
    if (record.sequence != frame.first_sequence() + parsed_.size()) {
      return Violation("a record's sequence is not the next one of its frame");
    }
    parsed_.push_back({record.encoded, events::PartitionOf(record.key), ChecksumOf(record)});
  }
  if (!reader.ok()) return Violation("a frame's records are no RecordSet");
  if (parsed_.size() != frame.count())
    return Violation("a frame's count is not that of its records");
  return absl::OkStatus();
}

absl::Status AppendGroup::CompareRepeats(const Topic& topic, uint64_t first_sequence,
                                         uint64_t mark) {
  const auto snapshot = backend_.Snap();
  ChecksumReader checksums(*snapshot, topic.number);
  for (size_t i = 0; i < parsed_.size() && first_sequence + i <= mark; ++i) {
    ASSIGN_OR_RETURN(const uint32_t known, checksums.Of(first_sequence + i));
    if (known != parsed_[i].checksum) {
      return v1::errors::SequenceReused(topic.name, std::to_string(first_sequence + i));
    }
  }
  return absl::OkStatus();
}

void AppendGroup::Place(TopicGroup& group, uint64_t sequence, const Parsed& record) {
  OpenFrame& open = group.open[record.partition];
  if (open.count > 0 && open.records.size() + record.encoded.size() > kMaxFrameBytes) {
    Seal(group, record.partition);
  }
  PartitionState& partition = group.next.partitions[record.partition];
  if (open.count == 0) {
    open.first_sequence = sequence;
    open.base_offset = partition.end;
  }
  open.records.append(record.encoded);
  open.last_sequence = sequence;
  ++open.count;
  ++partition.end;
  partition.end_byte += record.encoded.size();
  bytes_ += record.encoded.size();
  group.checksums.push_back(record.checksum);
}

void AppendGroup::Seal(TopicGroup& group, uint32_t partition) {
  OpenFrame open = std::exchange(group.open[partition], {});
  auto row = std::make_shared<store::v1::FrameRow>();
  row->set_first_sequence(open.first_sequence);
  row->set_last_sequence(open.last_sequence);
  row->set_count(open.count);
  row->set_crc32c(Crc32c(open.records));
  row->set_records(std::move(open.records));
  row->set_write_second(absl::ToUnixSeconds(now_));
  row->set_end_byte(group.next.partitions[partition].end_byte);
  frames_.push_back({group.next.log, partition, open.base_offset, std::move(row)});
}

absl::StatusOr<std::vector<maru::store::Change>> AppendGroup::TakeChanges() {
  std::vector<maru::store::Change> changes;
  for (auto& [name, group] : topics_) {
    for (uint32_t partition = 0; partition < events::kPartitions; ++partition) {
      if (group.open[partition].count > 0) Seal(group, partition);
    }
    changes.push_back(TopicStateRowOf(group.next));
    if (const auto begun = begun_.find(group.next.number); begun != begun_.end()) {
      group.begun = begun->second;
    } else {
      const auto snapshot = backend_.Snap();
      ChecksumReader checksums(*snapshot, group.next.number);
      ASSIGN_OR_RETURN(group.begun, checksums.BegunRow(group.durable_mark));
    }
    AppendChecksumRows(group.next.number, group.durable_mark + 1, group.checksums, group.begun,
                       changes);
  }
  for (const StoredFrame& frame : frames_) {
    changes.push_back(
        {FrameKey(frame.log, frame.partition, frame.base_offset), frame.row->SerializeAsString()});
  }
  return changes;
}

std::vector<Topic> AppendGroup::TakeTopics() {
  std::vector<Topic> topics;
  for (auto& [name, group] : topics_) topics.push_back(std::move(group.next));
  return topics;
}

void AppendGroup::UpdateBegun(BegunChecksums& begun) {
  for (auto& [name, group] : topics_) begun[group.next.number] = std::move(group.begun);
}

}  // namespace maru::broker
