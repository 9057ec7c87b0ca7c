// The window of checksums by which a repeated record is told from a reused sequence.
//
// Checksums are kept in rows of 256, in a ring of slots that is overwritten as sequences grow: the
// window is always there, its size on disk is bounded, and nothing is ever deleted.
#ifndef MARU_MESH_BROKER_LOG_CHECKSUMS_H_
#define MARU_MESH_BROKER_LOG_CHECKSUMS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "common/store/backend.h"
#include "maru/broker/store/v1/broker.pb.h"
#include "mesh/broker/log/limits.h"

namespace maru::broker {

inline constexpr uint64_t kChecksumsPerRow = 256;
// One row more than the window, because the newest one fills up gradually.
inline constexpr uint64_t kChecksumSlots = kChecksumWindow / kChecksumsPerRow + 1;
static_assert(kChecksumWindow % kChecksumsPerRow == 0);

// Appends the rows that hold the checksums of sequences `first`, first + 1, … `begun`: those of the
// row that `first` falls into and that precede it; replaced by those of the row that is begun now.
void AppendChecksumRows(uint32_t topic_number, uint64_t first, std::span<const uint32_t> checksums,
                        std::vector<uint32_t>& begun, std::vector<maru::store::Change>& changes);

// Checksums of a topic on a fixed state, for runs of sequences.
class ChecksumReader {
 public:
  ChecksumReader(const maru::store::Snapshot& snapshot, uint32_t topic_number)
      : snapshot_(snapshot), topic_number_(topic_number) {}

  // Of a sequence within the window. DATA_LOSS when its row is damaged.
  absl::StatusOr<uint32_t> Of(uint64_t sequence);
  // What AppendChecksumRows needs as `begun` when the next sequence is mark + 1.
  absl::StatusOr<std::vector<uint32_t>> BegunRow(uint64_t mark);

 private:
  absl::Status Load(uint64_t row_first);

  const maru::store::Snapshot& snapshot_;
  const uint32_t topic_number_;
  store::v1::ChecksumRow row_;
};

}  // namespace maru::broker

#endif  // MARU_MESH_BROKER_LOG_CHECKSUMS_H_
