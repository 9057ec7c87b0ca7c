#include "mesh/broker/engine.h"

#include <utility>

#include "rocksdb/options.h"

namespace maru::broker {

maru::store::RocksDbOptions EngineOptions(maru::store::RocksDbOptions options) {
  options.write_buffer_bytes = 64 << 20;
  options.block_cache_bytes = 2 << 20;
  options.adjust = [callers = std::move(options.adjust)](rocksdb::Options& rocksdb) {
    // Frames go into blob files at the first flush and are never moved again: a record is written
    // twice, to the write-ahead log and to its blob. Retention and deletion remove the oldest
    // frames together, so blob files empty by themselves; collecting garbage would copy what is
    // kept for ever.
    rocksdb.enable_blob_files = true;
    rocksdb.min_blob_size = 1 << 10;
    rocksdb.blob_file_size = 128 << 20;
    rocksdb.enable_blob_garbage_collection = false;
    // Keys are never looked up before they exist.
    rocksdb.memtable_whole_key_filtering = false;
    rocksdb.memtable_prefix_bloom_size_ratio = 0;
    rocksdb.max_total_wal_size = uint64_t{256} << 20;
    rocksdb.recycle_log_file_num = 0;
    rocksdb.arena_block_size = 1 << 20;
    if (callers) callers(rocksdb);
  };
  return options;
}

absl::StatusOr<std::unique_ptr<maru::store::Backend>> OpenEngine(
    maru::store::RocksDbOptions options, const Clock& clock) {
  return maru::store::OpenRocksDb(EngineOptions(std::move(options)), clock);
}

}  // namespace maru::broker
