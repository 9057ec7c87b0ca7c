#include "common/store/rocksdb_options.h"

#include "rocksdb/cache.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"

namespace maru::store {

namespace {

void SetDurability(rocksdb::Options& options) {
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.fail_if_options_file_error = true;
  // May recover to an empty database.
  options.best_efforts_recovery = false;
  // Up to the first record that cannot be read; commit_mark.h says when that is too little.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
}

void SetMemory(rocksdb::Options& options, const RocksDbOptions& ours) {
  options.write_buffer_size = ours.write_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.arena_block_size = 64 << 10;
  options.max_total_wal_size = uint64_t{128} << 20;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  // Opened by the thread that opens the database: no burst of threads at start.
  options.max_file_opening_threads = 1;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(ours.block_cache_bytes, /*num_shard_bits=*/0);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

// One thread writes; flush and compaction have one each. Nothing runs by the clock but the flush of
// the info log (10 s).
void SetThreads(rocksdb::Options& options) {
  options.max_background_jobs = 2;
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  // Deleting files is not the writer's work.
  options.avoid_unnecessary_blocking_io = true;
}

void SetFiles(rocksdb::Options& options) {
  options.compression = rocksdb::kNoCompression;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = 16 << 20;
  options.max_bytes_for_level_base = 64 << 20;
  // Compaction's pages go out bit by bit and not in front of a commit's sync.
  options.bytes_per_sync = 1 << 20;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_manifest_file_size = 4 << 20;
}

}  // namespace

rocksdb::Options MakeRocksDbOptions(const RocksDbOptions& ours, rocksdb::Env& env) {
  rocksdb::Options options;
  options.env = &env;
  SetDurability(options);
  SetMemory(options, ours);
  SetThreads(options);
  SetFiles(options);
  if (ours.adjust) ours.adjust(options);
  return options;
}

}  // namespace maru::store
