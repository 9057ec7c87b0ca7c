#include "common/store/snapshot_reader.h"

#include "common/store/checked_cursor.h"

namespace maru::store {

absl::StatusOr<std::optional<std::string>> SnapshotReader::Get(std::string_view key) {
  absl::StatusOr<std::optional<std::string>> value = snapshot_.Get(key, tier_);
  error_.Update(value.status());
  return value;
}

std::unique_ptr<Cursor> SnapshotReader::Scan(const KeyRange& range, Direction direction) {
  return std::make_unique<CheckedCursor>(snapshot_.Scan(range, direction, tier_), error_);
}

}  // namespace maru::store
