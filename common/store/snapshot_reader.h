// SnapshotReader: the Reader of Store::Read, over a snapshot.
#ifndef MARU_COMMON_STORE_SNAPSHOT_READER_H_
#define MARU_COMMON_STORE_SNAPSHOT_READER_H_

#include <memory>
#include <optional>
#include <string>

#include "common/store/txn.h"

namespace maru::store {

// Not thread-safe; must outlive its cursors.
class SnapshotReader final : public Reader {
 public:
  SnapshotReader(std::shared_ptr<const Snapshot> snapshot, ReadTier tier)
      : owned_(std::move(snapshot)), snapshot_(*owned_), tier_(tier) {}
  // `snapshot` outlives the reader.
  SnapshotReader(const Snapshot& snapshot, ReadTier tier) : snapshot_(snapshot), tier_(tier) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction) override;

  // Whether something was not in the cache: whatever the function made of it does not count.
  bool missed() const { return tier_ == ReadTier::kCacheOnly && absl::IsUnavailable(error_); }
  // The first error of a read.
  const absl::Status& error() const { return error_; }

 private:
  const std::shared_ptr<const Snapshot> owned_;
  const Snapshot& snapshot_;
  const ReadTier tier_;
  absl::Status error_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_SNAPSHOT_READER_H_
