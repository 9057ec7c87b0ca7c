// Reading frames: from a snapshot of the disk, or from frames at hand.
#ifndef MARU_MESH_BROKER_LOG_READER_H_
#define MARU_MESH_BROKER_LOG_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "common/store/backend.h"
#include "maru/broker/store/v1/broker.pb.h"
#include "mesh/broker/log/limits.h"

namespace maru::broker {

struct ReadRequest {
  uint32_t topic_number = 0;
  uint32_t log = 0;
  uint32_t partition = 0;
  // The first record wanted, and one after the last that there is; offset < end.
  uint64_t offset = 0;
  uint64_t end = 0;
  uint64_t max_records = 0;
  // At least one record is read even if it is larger.
  uint64_t max_bytes = kMaxFrameBytes;
  // Even what is in memory.
  bool from_disk = false;
};

// Consecutive records, from the offset wanted on.
struct Chunk {
  uint64_t base_offset = 0;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  uint32_t count = 0;
  uint32_t crc32c = 0;
  // A serialised v1.RecordSet.
  std::string records;
  // Stored frames that it was made of.
  uint32_t frames = 0;
};

// The record wanted cannot be read.
struct Unreadable {
  enum class Why { kTruncated, kDamaged };
  Why why = Why::kDamaged;
  // The nearest later offset that can be read; `end` when there is none.
  uint64_t next_offset = 0;
  // For people: "checksum", "offsets 17-20 are missing".
  std::string what;
};

using ReadResult = std::variant<Chunk, Unreadable>;

// Makes one chunk of stored frames that follow each other.
class ChunkBuilder {
 public:
  explicit ChunkBuilder(const ReadRequest& request) : request_(request), next_(request.offset) {}

  // The next offset that is wanted.
  uint64_t next() const { return next_; }
  // Whether another frame could be taken.
  bool wants_more() const {
    return next_ < request_.end && chunk_.count < request_.max_records &&
           chunk_.records.size() < request_.max_bytes;
  }
  // Takes what is wanted of the frame at `base_offset`, which must contain next(). False, with
  // nothing taken: it would exceed max_bytes. nullopt: the frame is damaged.
  std::optional<bool> Add(uint64_t base_offset, const store::v1::FrameRow& row);
  bool empty() const { return chunk_.count == 0; }
  Chunk Take();

 private:
  const ReadRequest& request_;
  uint64_t next_;
  Chunk chunk_;
  bool crc_known_ = false;
};

// Reads and checks frames on `snapshot`. Blocks on the disk.
absl::StatusOr<ReadResult> ReadFrames(const maru::store::Snapshot& snapshot,
                                      const ReadRequest& request);

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_READER_H_
