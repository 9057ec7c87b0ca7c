#include "mesh/broker/log/checksums.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "mesh/broker/log/keys.h"

namespace maru::broker {
namespace {

// Sequences begin at 1.
uint64_t RowFirst(uint64_t sequence) {
  return (sequence - 1) / kChecksumsPerRow * kChecksumsPerRow + 1;
}

uint32_t SlotOf(uint64_t row_first) {
  return static_cast<uint32_t>(row_first / kChecksumsPerRow % kChecksumSlots);
}

}  // namespace

void AppendChecksumRows(uint32_t topic_number, uint64_t first, std::span<const uint32_t> checksums,
                        std::vector<uint32_t>& begun, std::vector<maru::store::Change>& changes) {
  // Rows that would be overwritten again at once are not written: a key may occur once in a write.
  while (true) {
    const uint64_t skip = RowFirst(first) + kChecksumsPerRow - first;
    if (checksums.size() < kChecksumWindow + skip) break;
    checksums = checksums.subspan(skip);
    first += skip;
    begun.clear();
  }
  while (!checksums.empty()) {
    const uint64_t row_first = RowFirst(first);
    MARU_CHECK(begun.size() == first - row_first);
    const auto part =
        checksums.first(std::min<uint64_t>(checksums.size(), kChecksumsPerRow - begun.size()));
    begun.insert(begun.end(), part.begin(), part.end());
    store::v1::ChecksumRow row;
    row.set_first_sequence(row_first);
    row.mutable_crc32c()->Assign(begun.begin(), begun.end());
    changes.push_back({ChecksumKey(topic_number, SlotOf(row_first)), row.SerializeAsString()});
    if (begun.size() == kChecksumsPerRow) begun.clear();
    checksums = checksums.subspan(part.size());
    first += part.size();
  }
}

absl::StatusOr<uint32_t> ChecksumReader::Of(uint64_t sequence) {
  const uint64_t row_first = RowFirst(sequence);
  if (row_.first_sequence() != row_first) RETURN_IF_ERROR(Load(row_first));
  const auto index = static_cast<int>(sequence - row_first);
  if (index >= row_.crc32c_size()) {
    return absl::DataLossError(absl::StrCat("the checksum of sequence ", sequence, " is missing"));
  }
  return row_.crc32c(index);
}

absl::StatusOr<std::vector<uint32_t>> ChecksumReader::BegunRow(uint64_t mark) {
  std::vector<uint32_t> begun;
  for (uint64_t sequence = RowFirst(mark + 1); sequence <= mark; ++sequence) {
    ASSIGN_OR_RETURN(const uint32_t checksum, Of(sequence));
    begun.push_back(checksum);
  }
  return begun;
}

absl::Status ChecksumReader::Load(uint64_t row_first) {
  row_.Clear();
  ASSIGN_OR_RETURN(const auto value, snapshot_.Get(ChecksumKey(topic_number_, SlotOf(row_first)),
                                                   maru::store::ReadTier::kAll));
  if (!value.has_value() || !row_.ParseFromString(*value) || row_.first_sequence() != row_first) {
    row_.Clear();
    return absl::DataLossError(
        absl::StrCat("the checksums from sequence ", row_first, " on are missing"));
  }
  return absl::OkStatus();
}

}  // namespace maru::broker
