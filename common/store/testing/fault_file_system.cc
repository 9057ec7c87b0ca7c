#include "common/store/testing/fault_file_system.h"

#include <utility>

namespace maru::store {

class FaultFileSystem::Log final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  Log(FaultFileSystem& owner, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), owner_(owner) {}

  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus allowed = owner_.BeforeLogSync();
    return allowed.ok() ? target()->Sync(options, debug) : allowed;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus allowed = owner_.BeforeLogSync();
    return allowed.ok() ? target()->Fsync(options, debug) : allowed;
  }

 private:
  FaultFileSystem& owner_;
};

FaultFileSystem::FaultFileSystem(std::shared_ptr<rocksdb::FileSystem> target)
    : FileSystemWrapper(std::move(target)) {}

void FaultFileSystem::OnLogSync(std::function<absl::Status()> hook) {
  MutexLock lock(mutex_);
  on_log_sync_ = std::move(hook);
}

rocksdb::IOStatus FaultFileSystem::BeforeLogSync() {
  std::function<absl::Status()> hook;
  {
    MutexLock lock(mutex_);
    hook = on_log_sync_;
  }
  ++log_syncs_;
  const absl::Status status = hook ? hook() : absl::OkStatus();
  return status.ok() ? rocksdb::IOStatus::OK()
                     : rocksdb::IOStatus::IOError(std::string(status.message()));
}

rocksdb::IOStatus FaultFileSystem::NewWritableFile(const std::string& name,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                   rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus made = target()->NewWritableFile(name, options, file, debug);
  if (made.ok() && name.ends_with(".log")) *file = std::make_unique<Log>(*this, std::move(*file));
  return made;
}

}  // namespace maru::store
