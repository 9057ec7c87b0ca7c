// MemoryBackend: a Backend in memory, and MemoryDisk, the disk under it that survives the backend.
//
// For tests and simulation. A disk remembers what was synced and what was only written: reopening
// after Crash() shows a test what a machine that lost power would show. Faults are set on the disk
// at any time.
#ifndef MARU_COMMON_STORE_MEMORY_BACKEND_H_
#define MARU_COMMON_STORE_MEMORY_BACKEND_H_

#include <atomic>
#include <functional>
#include <memory>

#include "common/base/mutex.h"
#include "common/store/backend.h"
#include "common/store/persistent_map.h"

namespace maru::store {

// Thread-safe. Outlives its backends.
class MemoryDisk {
 public:
  // Called by a write before it begins; an error refuses it. RESOURCE_EXHAUSTED: nothing was
  // written and the backend lives on, as with a full disk. Runs on the writer's thread and may
  // block it.
  using Hook = std::function<absl::Status()>;
  void OnWrite(Hook hook);
  // Called between write and sync; an error is a failed fsync: the data may or may not survive a
  // crash.
  void OnSync(Hook hook);
  // Reads with ReadTier::kCacheOnly find nothing cached.
  void SetCold(bool cold) { cold_ = cold; }
  // Counts that tests wait on.
  uint64_t writes() const { return writes_; }
  uint64_t disk_reads() const { return disk_reads_; }

  // Power loss: what was not synced is gone, or just happens to have survived. Only while no
  // backend is open.
  void Crash(bool unsynced_survives);
  // Replaces or removes a row behind the store's back: damage.
  void Damage(std::string key, std::optional<std::string> value);

  // For the backend.
  absl::Status Write(const std::vector<Change>& changes);
  PersistentMap Synced() const;
  bool Cold() const { return cold_; }
  void CountDiskRead() { ++disk_reads_; }
  // One backend at a time, as the lock of a folder: FAILED_PRECONDITION.
  absl::Status Lock();
  void Unlock();

 private:
  mutable Mutex mutex_;
  PersistentMap written_ ABSL_GUARDED_BY(mutex_);
  PersistentMap synced_ ABSL_GUARDED_BY(mutex_);
  Hook on_write_ ABSL_GUARDED_BY(mutex_);
  Hook on_sync_ ABSL_GUARDED_BY(mutex_);
  bool locked_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> cold_ = false;
  std::atomic<uint64_t> writes_ = 0;
  std::atomic<uint64_t> disk_reads_ = 0;
};

class MemoryBackend final : public Backend {
 public:
  // FAILED_PRECONDITION: another backend has the disk open.
  static absl::StatusOr<std::unique_ptr<Backend>> Open(MemoryDisk& disk);
  ~MemoryBackend() override;

  absl::Status Write(const std::vector<Change>& changes) override;
  std::unique_ptr<Snapshot> Snap() const override;

 private:
  explicit MemoryBackend(MemoryDisk& disk) : disk_(disk) {}

  MemoryDisk& disk_;
  absl::Status failure_;  // the writer's
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_MEMORY_BACKEND_H_
