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
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
  // From now on nothing is cached but what is read again with ReadTier::kAll, key by key; scans
  // never are.
  void MakeCold();
  // Reads that may go to the disk fail so, until it is OK again.
  void FailReads(absl::Status error);
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
  // What is synced, also for whoever looks at the disk from outside. The disk outlives it.
  std::unique_ptr<Snapshot> Snap();
  // Whether a read with `tier` may be answered: OK, UNAVAILABLE (not cached), or the error that was
  // set. Counts those that went to the disk. No key: a scan.
  absl::Status BeforeRead(std::optional<std::string_view> key, ReadTier tier);
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
  std::set<std::string, std::less<>> cached_ ABSL_GUARDED_BY(mutex_);
  absl::Status read_error_ ABSL_GUARDED_BY(mutex_);
  // Cold, or failing: reads need a closer look.
  std::atomic<bool> check_reads_ = false;
  bool cold_ ABSL_GUARDED_BY(mutex_) = false;
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
  bool failed_ = false;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_MEMORY_BACKEND_H_
