// FaultFileSystem: RocksDB's file system with a hook before each sync of the write-ahead log.
#ifndef MARU_COMMON_STORE_TESTING_FAULT_FILE_SYSTEM_H_
#define MARU_COMMON_STORE_TESTING_FAULT_FILE_SYSTEM_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "rocksdb/file_system.h"

namespace maru::store {

// Thread-safe.
class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultFileSystem(std::shared_ptr<rocksdb::FileSystem> target);

  // Runs before a log is synced: may block; an error is the sync's.
  void OnLogSync(std::function<absl::Status()> hook);
  uint64_t log_syncs() const { return log_syncs_; }

  const char* Name() const override { return "FaultFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;

 private:
  class Log;
  rocksdb::IOStatus BeforeLogSync();

  Mutex mutex_;
  std::function<absl::Status()> on_log_sync_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> log_syncs_ = 0;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_FAULT_FILE_SYSTEM_H_
