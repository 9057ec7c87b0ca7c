// RocksDB as a Backend: one column family, one synced WriteBatch per group.
#ifndef MARU_COMMON_STORE_ROCKSDB_BACKEND_H_
#define MARU_COMMON_STORE_ROCKSDB_BACKEND_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/store/backend.h"
#include "common/store/disk_space.h"

namespace rocksdb {
class Env;
struct Options;
}  // namespace rocksdb

namespace maru::store {

struct RocksDbOptions {
  // Made if it does not exist. One process at a time.
  std::string folder;
  // Memtable; a second one exists while the first is flushed.
  size_t write_buffer_bytes = 8 << 20;
  // Blocks of data that were read from files.
  size_t block_cache_bytes = 8 << 20;
  // Writes are refused while less than this is free: room for what is in memory to be flushed, here
  // and next door.
  uint64_t free_space_floor_bytes = uint64_t{256} << 20;
  // Both outlive the backend; null: the system's.
  rocksdb::Env* env = nullptr;
  DiskSpace* disk_space = nullptr;
  // Changes RocksDB's own options, after ours.
  std::function<void(rocksdb::Options&)> adjust = {};
};

// Opens or creates the database. `clock` outlives the backend.
// FAILED_PRECONDITION: another process (or another backend here) has the folder open.
// DATA_LOSS: damaged, or acknowledged writes are missing (commit_mark.h). INTERNAL: the file system
// refuses; the text says what and where.
absl::StatusOr<std::unique_ptr<Backend>> OpenRocksDb(RocksDbOptions options, const Clock& clock);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_ROCKSDB_BACKEND_H_
