// SimulatedDisk: RocksDB's file system in memory that loses power, fails, fills up and rots.
//
// What was written is kept apart from what is on the disk: bytes of a file are visible at once and
// on the disk after the file's sync; names (create, rename, delete, a folder) are visible at once
// and on the disk after their folder's sync. A power cut keeps, of what was not synced, what the
// seed says: of each file nothing, all, a torn prefix, or any of its sectors; of each folder's
// names a prefix, because file systems journal them in order and RocksDB relies on it (a new
// manifest is named before CURRENT names it, and both are synced together). A sync that fails
// leaves its bytes in the same state, although readers still see them.
#ifndef MARU_COMMON_STORE_TESTING_SIMULATED_DISK_H_
#define MARU_COMMON_STORE_TESTING_SIMULATED_DISK_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/mutex.h"
#include "common/store/store_testing.h"
#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace maru::store {

// Thread-safe.
class SimulatedDisk final : public rocksdb::FileSystem {
 public:
  enum class Kind { kRead, kCreate, kWrite, kSync, kRename, kDelete, kSyncFolder };
  struct Operation {
    Kind kind;
    std::string_view path;
  };
  // Called before each operation; an error fails it. Must not call the disk.
  using Fault = std::function<rocksdb::IOStatus(const Operation&)>;

  // What a power cut took and left.
  struct Survivors {
    // Files with unsynced bytes, and how many of them kept some.
    int torn_files = 0;
    int kept_files = 0;
    // Unsynced changes of names, and how many of them were kept.
    int names = 0;
    int kept_names = 0;
  };

  explicit SimulatedDisk(uint64_t seed) : random_(seed) {}

  // A disk of its own with the files that are visible here, all synced.
  std::shared_ptr<SimulatedDisk> Copy(uint64_t seed) const;

  // Changes (all operations but reads) since the disk was made.
  uint64_t changes() const;
  // The power fails instead of change number `change`: it and everything later is an error.
  void CutPowerAt(uint64_t change);
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();
  void CutPower() { CutPowerAt(0); }
  bool powered() const;
  // Once everything that was open is closed.
  Survivors PowerOn();

  // nullptr: none.
  void OnOperation(Fault fault);
  // Bytes of all files together; a write that does not fit is cut short and fails.
  void SetQuota(uint64_t bytes);
  uint64_t FreeBytes() const;

  // All files and their bytes.
  std::map<std::string, std::string> Files() const;
  // Flips a bit of what is on the disk.
  void FlipBit(const std::string& path, uint64_t bit);

  // --- rocksdb::FileSystem ---
  const char* Name() const override { return "SimulatedDisk"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  // The info log is nobody's data: it goes nowhere.
  rocksdb::IOStatus NewLogger(const std::string& path, const rocksdb::IOOptions& options,
                              std::shared_ptr<rocksdb::Logger>* logger,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus FileExists(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& path, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus CreateDirIfMissing(const std::string& path, const rocksdb::IOOptions& options,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteDir(const std::string& path, const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const rocksdb::IOOptions& options,
                                uint64_t* size, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFileModificationTime(const std::string& path,
                                            const rocksdb::IOOptions& options, uint64_t* seconds,
                                            rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LockFile(const std::string& path, const rocksdb::IOOptions& options,
                             rocksdb::FileLock** lock, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetTestDirectory(const rocksdb::IOOptions& options, std::string* path,
                                     rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetAbsolutePath(const std::string& path, const rocksdb::IOOptions& options,
                                    std::string* absolute, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus IsDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                bool* is_folder, rocksdb::IODebugContext* debug) override;

 private:
  struct Write {
    uint64_t offset;
    std::string bytes;
  };
  // A file, or a folder, whatever its names are.
  struct Node {
    bool is_folder = false;
    std::string visible;
    std::string synced;
    // Since the last sync, in order.
    std::vector<Write> unsynced;
  };
  using Nodes = std::map<std::string, std::shared_ptr<Node>, std::less<>>;
  // What one call did to the names of a folder, all or nothing; nullptr removes.
  using NameChange = std::vector<std::pair<std::string, std::shared_ptr<Node>>>;

  class OpenFile;
  class SequentialFile;
  class RandomAccessFile;
  class WritableFile;
  class RandomRwFile;
  class Folder;
  class Lock;

  // Before each operation.
  rocksdb::IOStatus Admit(Kind kind, std::string_view path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  rocksdb::IOStatus Find(const std::string& path, std::shared_ptr<Node>* node)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  rocksdb::IOStatus Change(const std::string& path, NameChange change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  rocksdb::IOStatus Create(const std::string& path, bool is_folder, std::shared_ptr<Node>* node);
  rocksdb::IOStatus OpenNode(const std::string& path, std::shared_ptr<Node>* node);
  rocksdb::IOStatus ReadAt(const Node& node, const std::string& path, uint64_t offset, size_t size,
                           rocksdb::Slice* result, char* scratch);
  // At the end without an offset.
  rocksdb::IOStatus WriteAt(Node& node, const std::string& path, const uint64_t* offset,
                            std::string_view bytes);
  rocksdb::IOStatus Sync(Node& node, const std::string& path);
  rocksdb::IOStatus SyncFolder(const std::string& path);
  uint64_t Free() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t Below(uint64_t limit) { return random_.Next() % limit; }
  // Lets chance decide what of the unsynced is on the disk. False: nothing.
  bool Settle(Node& node, std::string_view path);
  void KeepSectors(Node& node);
  void SettleNames(Survivors& survivors) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  SeededRandom random_;
  Nodes visible_ ABSL_GUARDED_BY(mutex_);
  Nodes synced_ ABSL_GUARDED_BY(mutex_);
  // By folder, in order.
  std::map<std::string, std::vector<NameChange>, std::less<>> unsynced_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> locked_ ABSL_GUARDED_BY(mutex_);
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t cut_at_ ABSL_GUARDED_BY(mutex_) = kNever;
  uint64_t quota_ ABSL_GUARDED_BY(mutex_) = uint64_t{1} << 40;
  Fault fault_ ABSL_GUARDED_BY(mutex_);
};

// An Env over the disk in which nobody sleeps: RocksDB rests for a second after each failed flush.
std::unique_ptr<rocksdb::Env> MakeSimulatedEnv(const std::shared_ptr<SimulatedDisk>& disk);

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_SIMULATED_DISK_H_
