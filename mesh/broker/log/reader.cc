#include "mesh/broker/log/reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/crc32c.h"
#include "common/base/status.h"
#include "mesh/broker/log/keys.h"
#include "mesh/broker/log/record_set.h"

namespace maru::broker {
namespace {

using maru::store::Cursor;
using maru::store::Direction;
using maru::store::ReadTier;
using maru::store::Snapshot;

// The row of a frame; nullopt with `what` when it is damaged.
std::optional<store::v1::FrameRow> CheckedRow(std::string_view value, std::string& what) {
  store::v1::FrameRow row;
  if (!row.ParseFromArray(value.data(), static_cast<int>(value.size())) || row.count() == 0) {
    what = "the row is no frame";
    return std::nullopt;
  }
  if (Crc32c(row.records()) != row.crc32c()) {
    what = "the checksum does not match";
    return std::nullopt;
  }
  return row;
}

// Base offset of the first frame that begins at `offset` or later; `end` when there is none that
// can be found.
uint64_t NextFrame(const Snapshot& snapshot, const ReadRequest& request, uint64_t offset) {
  const auto cursor = snapshot.Scan(PartitionFrames(request.log, request.partition, offset),
                                    Direction::kForward, ReadTier::kAll);
  return cursor->Valid() ? std::min(BaseOffsetOf(cursor->key()), request.end) : request.end;
}

// What to say when the record at request.offset is not there.
absl::StatusOr<ReadResult> Missing(const Snapshot& snapshot, const ReadRequest& request) {
  Unreadable result;
  result.next_offset = NextFrame(snapshot, request, request.offset);
  result.what =
      absl::StrCat("offsets ", request.offset, "-", result.next_offset - 1, " are missing");
  // Retention may have removed it after the reader was told where the partition begins.
  ASSIGN_OR_RETURN(const auto value,
                   snapshot.Get(TopicStateKey(request.topic_number), ReadTier::kAll));
  store::v1::TopicStateRow state;
  if (value.has_value() && state.ParseFromString(*value) &&
      static_cast<int>(request.partition) < state.earliest_size() &&
      request.offset < state.earliest(static_cast<int>(request.partition))) {
    result.why = Unreadable::Why::kTruncated;
  }
  return ReadResult(std::move(result));
}

ReadResult Damaged(const Snapshot& snapshot, const ReadRequest& request, std::string what) {
  return Unreadable{Unreadable::Why::kDamaged, NextFrame(snapshot, request, request.offset + 1),
                    std::move(what)};
}

// Takes the part of the frame that began before request.offset. False when there is no such frame.
absl::StatusOr<bool> AddFrameBefore(const Snapshot& snapshot, const ReadRequest& request,
                                    ChunkBuilder& chunk, std::string& damage) {
  const auto before = snapshot.Scan({FrameKey(request.log, request.partition, 0),
                                     FrameKey(request.log, request.partition, request.offset)},
                                    Direction::kReverse, ReadTier::kAll);
  if (!before->Valid()) {
    RETURN_IF_ERROR(before->status());
    return false;
  }
  const uint64_t base = BaseOffsetOf(before->key());
  const auto row = CheckedRow(before->value(), damage);
  if (!row.has_value()) return false;
  if (base + row->count() <= request.offset) return false;
  if (!chunk.Add(base, *row).has_value()) damage = "the frame has fewer records than it says";
  return damage.empty();
}

}  // namespace

std::optional<bool> ChunkBuilder::Add(uint64_t base_offset, const store::v1::FrameRow& row) {
  const uint64_t skip = next_ - base_offset;
  if (skip >= row.count()) return std::nullopt;
  const uint64_t take =
      std::min({row.count() - skip, request_.end - next_, request_.max_records - chunk_.count});
  const bool whole = skip == 0 && take == row.count();
  RecordSlice slice{row.records(), row.first_sequence(), row.last_sequence()};
  if (!whole) {
    const auto part = SliceRecords(row.records(), skip, take);
    if (!part.has_value()) return std::nullopt;
    slice = *part;
  }
  if (!empty() && chunk_.records.size() + slice.records.size() > request_.max_bytes) return false;
  if (empty()) {
    chunk_.base_offset = next_;
    chunk_.first_sequence = slice.first_sequence;
    chunk_.crc32c = row.crc32c();
    crc_known_ = whole;
  } else {
    crc_known_ = false;
  }
  chunk_.last_sequence = slice.last_sequence;
  chunk_.count += static_cast<uint32_t>(take);
  chunk_.records.append(slice.records);
  ++chunk_.frames;
  next_ += take;
  return true;
}

Chunk ChunkBuilder::Take() {
  if (!crc_known_) chunk_.crc32c = Crc32c(chunk_.records);
  return std::move(chunk_);
}

absl::StatusOr<ReadResult> ReadFrames(const Snapshot& snapshot, const ReadRequest& request) {
  ChunkBuilder chunk(request);
  std::string damage;
  const auto cursor = snapshot.Scan(PartitionFrames(request.log, request.partition, request.offset),
                                    Direction::kForward, ReadTier::kAll);
  if (!cursor->Valid() || BaseOffsetOf(cursor->key()) != request.offset) {
    if (cursor->status().code() == absl::StatusCode::kDataLoss)
      damage = cursor->status().ToString();
    if (damage.empty()) {
      RETURN_IF_ERROR(cursor->status());
      ASSIGN_OR_RETURN(const bool found, AddFrameBefore(snapshot, request, chunk, damage));
      if (!found && damage.empty()) return Missing(snapshot, request);
    }
    if (!damage.empty()) return Damaged(snapshot, request, std::move(damage));
  }
  for (; cursor->Valid() && chunk.wants_more(); cursor->Next()) {
    const uint64_t base = BaseOffsetOf(cursor->key());
    if (base != chunk.next()) break;  // what is missing is said when it is asked for
    const auto row = CheckedRow(cursor->value(), damage);
    if (!row.has_value()) break;
    const auto taken = chunk.Add(base, *row);
    if (!taken.has_value()) damage = "the frame has fewer records than it says";
    if (!taken.value_or(false)) break;
  }
  if (!chunk.empty()) return ReadResult(chunk.Take());
  if (!damage.empty()) return Damaged(snapshot, request, std::move(damage));
  if (cursor->status().code() == absl::StatusCode::kDataLoss) {
    return Damaged(snapshot, request, cursor->status().ToString());
  }
  RETURN_IF_ERROR(cursor->status());
  return Missing(snapshot, request);
}

}  // namespace maru::broker
