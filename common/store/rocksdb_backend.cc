#include "common/store/rocksdb_backend.h"

#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/store/commit_mark.h"
#include "common/store/key.h"
#include "common/store/manifest.h"
#include "common/store/rocksdb_options.h"
#include "common/store/rocksdb_status.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/write_batch.h"

namespace maru::store {

namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::ReadOptions ReadOptionsFor(const rocksdb::Snapshot* snapshot, ReadTier tier) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  if (tier == ReadTier::kCacheOnly) options.read_tier = rocksdb::kBlockCacheTier;
  options.fill_cache = tier != ReadTier::kOnce;
  // Nobody writes any. Besides: where it looks for them, RocksDB 7.8 goes on behind a damaged block
  // at the begin of a file as if the block had been empty.
  options.ignore_range_deletions = true;
  return options;
}

class RocksDbCursor final : public Cursor {
 public:
  RocksDbCursor(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, KeyRange range,
                Direction direction, ReadTier tier)
      : range_(std::move(range)),
        lower_(range_.begin),
        upper_(range_.end),
        direction_(direction),
        doubt_end_(direction == Direction::kReverse && tier == ReadTier::kCacheOnly) {
    rocksdb::ReadOptions options = ReadOptionsFor(snapshot, tier);
    if (!range_.begin.empty()) options.iterate_lower_bound = &lower_;
    if (!range_.end.empty()) options.iterate_upper_bound = &upper_;
    rows_.reset(db.NewIterator(options));
    if (direction_ == Direction::kReverse) {
      rows_->SeekToLast();
    } else {
      rows_->SeekToFirst();
    }
    if (doubt_end_) CheckEnd();
  }

  bool Valid() const override { return !ended_ && rows_->Valid(); }
  void Next() override {
    if (doubt_end_) last_.assign(rows_->key().data(), rows_->key().size());
    if (direction_ == Direction::kReverse) {
      rows_->Prev();
    } else {
      rows_->Next();
    }
    if (doubt_end_) CheckEnd();
  }
  std::string_view key() const override { return ToView(rows_->key()); }
  std::string_view value() const override { return ToView(rows_->value()); }
  absl::Status status() const override {
    if (cut_off_) return FromRocksDb(rocksdb::Status::Incomplete(), "");
    return FromRocksDb(rows_->status(), absl::StrCat("scan from ", DescribeKey(range_.begin)));
  }

 private:
  // RocksDB 7.8.3 was seen to end a reverse walk over cached blocks in the middle of the range
  // without an error, for as long as the next block was not cached; a forward one never. So the end
  // counts only where the row that was last is found to be the first of the range, going forward.
  void CheckEnd() {
    if (rows_->Valid() || !rows_->status().ok()) return;
    ended_ = true;
    rows_->SeekToFirst();
    cut_off_ = rows_->Valid() ? rows_->key() != rocksdb::Slice(last_) : !last_.empty();
  }

  // The iterator refers to both bounds.
  const KeyRange range_;
  const rocksdb::Slice lower_;
  const rocksdb::Slice upper_;
  const Direction direction_;
  const bool doubt_end_;
  // Of a walk whose end is in doubt: the row before this one; empty: none. No key is empty.
  std::string last_;
  bool ended_ = false;
  bool cut_off_ = false;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

class RocksDbSnapshot final : public Snapshot {
 public:
  explicit RocksDbSnapshot(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~RocksDbSnapshot() override { db_.ReleaseSnapshot(snapshot_); }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                 ReadTier tier) const override {
    std::optional<std::string> value(std::in_place);
    const rocksdb::Status status = db_.Get(ReadOptionsFor(snapshot_, tier), ToSlice(key), &*value);
    if (status.IsNotFound()) {
      value.reset();
      return value;
    }
    if (!status.ok()) return FromRocksDb(status, absl::StrCat("key ", DescribeKey(key)));
    return value;
  }

  std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction,
                               ReadTier tier) const override {
    return std::make_unique<RocksDbCursor>(db_, snapshot_, range, direction, tier);
  }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* const snapshot_;
};

// Held while the folder is open. RocksDB has a lock of its own; this one is taken first, so that
// the second process hears whose folder it is instead of an I/O error.
class FolderLock {
 public:
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(rocksdb::Env& env,
                                                          const std::string& folder) {
    rocksdb::FileLock* lock = nullptr;
    const rocksdb::Status taken = env.LockFile(folder + "/IN_USE", &lock);
    if (!taken.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the data folder ", folder, " is in use by another process: stop it first (",
                       taken.ToString(), ")"));
    }
    return std::unique_ptr<FolderLock>(new FolderLock(env, lock));
  }
  // The system takes the lock back with the process at the latest.
  ~FolderLock() { env_.UnlockFile(lock_).PermitUncheckedError(); }

 private:
  FolderLock(rocksdb::Env& env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}
  rocksdb::Env& env_;
  rocksdb::FileLock* const lock_;
};

// Hears when the manifest has grown.
class ManifestWatch final : public rocksdb::EventListener {
 public:
  // Since the last call.
  bool Grown() { return grown_.exchange(false); }
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { grown_ = true; }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    grown_ = true;
  }

 private:
  // Recovery writes one.
  std::atomic<bool> grown_ = true;
};

class RocksDbBackend final : public Backend {
 public:
  RocksDbBackend(std::unique_ptr<FolderLock> lock, std::unique_ptr<CommitMark> mark,
                 std::shared_ptr<ManifestWatch> manifest, std::unique_ptr<rocksdb::DB> db,
                 std::unique_ptr<DiskSpace> own_space, SpaceGuard space)
      : own_space_(std::move(own_space)),
        space_(std::move(space)),
        lock_(std::move(lock)),
        mark_(std::move(mark)),
        manifest_(std::move(manifest)),
        db_(std::move(db)) {}
  ~RocksDbBackend() override {
    // An orderly end covers what the manifest has gained since the last commit; a mark that cannot
    // be written says less, and that is all.
    rocksdb::CancelAllBackgroundWork(db_.get(), /*wait=*/true);
    if (!failed_ && mark_->last().sequence > 0) NoteCommit().IgnoreError();
  }

  absl::Status Write(const std::vector<Change>& changes) override {
    if (failed_) return absl::InternalError("an earlier write failed");
    RETURN_IF_ERROR(space_.Check());
    batch_.Clear();
    absl::Status status = Fill(changes);
    if (status.ok()) {
      rocksdb::WriteOptions options;
      options.sync = true;
      status = FromRocksDb(db_->Write(options, &batch_), "write");
    }
    if (status.ok()) status = NoteCommit();
    failed_ = !status.ok();
    return status;
  }

  std::unique_ptr<Snapshot> Snap() const override {
    return std::make_unique<RocksDbSnapshot>(*db_);
  }

  uint64_t DebtBytes() const override {
    uint64_t bytes = 0;
    return db_->GetIntProperty(rocksdb::DB::Properties::kEstimatePendingCompactionBytes, &bytes)
               ? bytes
               : 0;
  }

 private:
  absl::Status Fill(const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      const rocksdb::Status added = change.value.has_value() ? batch_.Put(change.key, *change.value)
                                                             : batch_.Delete(change.key);
      RETURN_IF_ERROR(FromRocksDb(added, "batch"));
    }
    return absl::OkStatus();
  }
  absl::Status NoteCommit() {
    Commit commit = mark_->last();
    commit.sequence = db_->GetLatestSequenceNumber();
    if (manifest_->Grown()) commit.manifest = ManifestOf(*db_, commit.manifest);
    return mark_->Note(commit);
  }

  const std::unique_ptr<DiskSpace> own_space_;
  SpaceGuard space_;
  const std::unique_ptr<FolderLock> lock_;
  const std::unique_ptr<CommitMark> mark_;
  const std::shared_ptr<ManifestWatch> manifest_;
  const std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
  // After one failed write RocksDB may or may not have it on disk, and its own state cannot be
  // trusted: never write again.
  bool failed_ = false;
};

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status SyncFolder(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> folder;
  RETURN_IF_ERROR(FromRocksDb(env.NewDirectory(path, &folder), path));
  return FromRocksDb(folder->Fsync(), path);
}

// Each name is synced before anything is put below it: RocksDB syncs what is in the folder, nobody
// else what it hangs from.
absl::Status MakeFolder(rocksdb::Env& env, const std::string& folder) {
  std::vector<std::string> missing;
  std::string path = folder;
  for (; env.FileExists(path).IsNotFound() && path != ParentOf(path); path = ParentOf(path)) {
    missing.push_back(path);
  }
  // Whoever made this one may have been killed before its sync.
  RETURN_IF_ERROR(SyncFolder(env, ParentOf(path)));
  for (; !missing.empty(); missing.pop_back()) {
    RETURN_IF_ERROR(FromRocksDb(env.CreateDirIfMissing(missing.back()), missing.back()));
    RETURN_IF_ERROR(SyncFolder(env, ParentOf(missing.back())));
  }
  return absl::OkStatus();
}

// The logs that recovery is going to read, for people.
absl::StatusOr<std::string> LogsIn(rocksdb::Env& env, const std::string& folder) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(FromRocksDb(env.GetChildren(folder, &names), folder));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
  return absl::StrJoin(names, ", ");
}

// The tables that RocksDB cannot read, for people: what it says itself when it cannot open the
// database may name the manifest in their place.
std::string DamagedTablesIn(const rocksdb::Options& options, const std::string& folder) {
  std::vector<std::string> names;
  if (!options.env->GetChildren(folder, &names).ok()) return {};
  std::erase_if(names, [&](const std::string& name) {
    if (!name.ends_with(".sst")) return true;
    rocksdb::SstFileReader table(options);
    return table.Open(absl::StrCat(folder, "/", name)).ok() && table.VerifyChecksum().ok();
  });
  return absl::StrJoin(names, ", ");
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenDatabase(const rocksdb::Options& options,
                                                          const std::string& folder) {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, folder, &opened);
  if (status.ok()) return std::unique_ptr<rocksdb::DB>(opened);
  std::string where = folder;
  if (status.IsCorruption()) {
    const std::string tables = DamagedTablesIn(options, folder);
    if (!tables.empty()) absl::StrAppend(&where, " (damaged: ", tables, ")");
  }
  return FromRocksDb(status, where);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> OpenRocksDb(RocksDbOptions options, const Clock& clock) {
  rocksdb::Env& env = options.env != nullptr ? *options.env : *rocksdb::Env::Default();
  const std::string& folder = options.folder;
  if (env.FileExists(folder + "/CURRENT").IsNotFound()) RETURN_IF_ERROR(MakeFolder(env, folder));
  ASSIGN_OR_RETURN(std::unique_ptr<FolderLock> lock, FolderLock::Take(env, folder));
  ASSIGN_OR_RETURN(std::unique_ptr<CommitMark> mark, CommitMark::Open(env, folder + "/MARK"));
  const Commit noted = mark->last();
  RETURN_IF_ERROR(CheckManifest(env, folder, noted.sequence > 0, noted.manifest));
  ASSIGN_OR_RETURN(const std::string logs, LogsIn(env, folder));

  rocksdb::Options rocksdb_options = MakeRocksDbOptions(options, env);
  const auto manifest = std::make_shared<ManifestWatch>();
  rocksdb_options.listeners.push_back(manifest);
  ASSIGN_OR_RETURN(std::unique_ptr<rocksdb::DB> db, OpenDatabase(rocksdb_options, folder));
  const uint64_t recovered = db->GetLatestSequenceNumber();
  if (recovered < noted.sequence) {
    const std::string lost = absl::StrCat("recovered up to write ", recovered, " of ",
                                          noted.sequence, ": damaged is the log (", logs, ")");
    return FromRocksDb(rocksdb::Status::Corruption(lost), folder);
  }
  auto own_space = std::make_unique<SystemDiskSpace>();
  DiskSpace& space = options.disk_space != nullptr ? *options.disk_space : *own_space;
  SpaceGuard guard(space, clock, folder, options.free_space_floor_bytes);
  return std::unique_ptr<Backend>(
      std::make_unique<RocksDbBackend>(std::move(lock), std::move(mark), manifest, std::move(db),
                                       std::move(own_space), std::move(guard)));
}

}  // namespace maru::store
