#include "common/store/table.h"

#include "maru/options/v1/reasons.maru.h"

namespace maru::store {

absl::Status DamagedRow(std::string_view table, std::string_view key) {
  std::string what = "table ";
  what.append(table).append(", key ").append(DescribeKey(key));
  return options::v1::errors::DataLoss(what);
}

KeyRange RangeBehind(KeyRange range, const ScanOptions& options) {
  if (options.after.empty()) return range;
  if (options.direction == Direction::kReverse) {
    range.end = options.after;
  } else {
    // The smallest key after k is k + '\0'.
    range.begin = options.after + '\0';
  }
  return range;
}

KeyRange GenerationRange(uint32_t table, uint32_t generation) {
  return PrefixRange(EncodeKey<uint32_t>(table, generation));
}

absl::StatusOr<size_t> DeleteRows(ViewTxn& txn, const KeyRange& range, size_t limit) {
  size_t deleted = 0;
  const auto cursor = txn.Scan(range, Direction::kForward);
  for (; deleted < limit && cursor->Valid(); cursor->Next(), ++deleted) txn.Delete(cursor->key());
  RETURN_IF_ERROR(cursor->status());
  return deleted;
}

}  // namespace maru::store
