#include "common/store/memory_backend.h"

#include <utility>

#include "common/base/status.h"

namespace maru::store {

namespace {

absl::Status NotCached() { return absl::UnavailableError("not cached"); }

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(PersistentMap rows, KeyRange range, Direction direction)
      : rows_(std::move(rows)), range_(std::move(range)), direction_(direction) {
    if (direction_ == Direction::kForward) {
      at_ = rows_.AtOrAfter(range_.begin);
    } else {
      at_ = range_.end.empty() ? rows_.Last() : rows_.Before(range_.end);
    }
    KeepInRange();
  }

  bool Valid() const override { return at_ != nullptr; }
  void Next() override {
    // The smallest key after k is k + '\0'.
    at_ = direction_ == Direction::kForward ? rows_.AtOrAfter(at_->key + '\0')
                                            : rows_.Before(at_->key);
    KeepInRange();
  }
  std::string_view key() const override { return at_->key; }
  std::string_view value() const override { return at_->value; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  void KeepInRange() {
    if (at_ == nullptr) return;
    if (at_->key < range_.begin || (!range_.end.empty() && at_->key >= range_.end)) at_ = nullptr;
  }

  const PersistentMap rows_;
  const KeyRange range_;
  const Direction direction_;
  const PersistentMap::Row* at_;
};

class FailedCursor final : public Cursor {
 public:
  explicit FailedCursor(absl::Status status) : status_(std::move(status)) {}
  bool Valid() const override { return false; }
  void Next() override { MARU_CHECK(Valid()); }
  std::string_view key() const override { return {}; }
  std::string_view value() const override { return {}; }
  absl::Status status() const override { return status_; }

 private:
  const absl::Status status_;
};

class MemorySnapshot final : public Snapshot {
 public:
  MemorySnapshot(MemoryDisk& disk, PersistentMap rows) : disk_(disk), rows_(std::move(rows)) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                 ReadTier tier) const override {
    RETURN_IF_ERROR(disk_.BeforeRead(key, tier));
    const PersistentMap::Row* row = rows_.Find(key);
    if (row == nullptr) return std::optional<std::string>();
    return std::optional<std::string>(row->value);
  }

  std::unique_ptr<Cursor> Scan(const KeyRange& range, Direction direction,
                               ReadTier tier) const override {
    absl::Status status = disk_.BeforeRead(std::nullopt, tier);
    if (!status.ok()) return std::make_unique<FailedCursor>(std::move(status));
    return std::make_unique<MemoryCursor>(rows_, range, direction);
  }

 private:
  MemoryDisk& disk_;
  const PersistentMap rows_;
};

}  // namespace

void MemoryDisk::OnWrite(Hook hook) {
  MutexLock lock(mutex_);
  on_write_ = std::move(hook);
}

void MemoryDisk::OnSync(Hook hook) {
  MutexLock lock(mutex_);
  on_sync_ = std::move(hook);
}

void MemoryDisk::MakeCold() {
  MutexLock lock(mutex_);
  cached_.clear();
  cold_ = true;
  check_reads_ = true;
}

void MemoryDisk::FailReads(absl::Status error) {
  MutexLock lock(mutex_);
  read_error_ = std::move(error);
  check_reads_ = true;
}

absl::Status MemoryDisk::BeforeRead(std::optional<std::string_view> key, ReadTier tier) {
  if (!check_reads_) return absl::OkStatus();
  MutexLock lock(mutex_);
  if (cold_ && !(key.has_value() && cached_.contains(*key))) {
    if (tier == ReadTier::kCacheOnly) return NotCached();
    ++disk_reads_;
    if (key.has_value() && tier == ReadTier::kAll) cached_.emplace(*key);
  }
  return tier == ReadTier::kCacheOnly ? absl::OkStatus() : read_error_;
}

void MemoryDisk::Crash(bool unsynced_survives) {
  MutexLock lock(mutex_);
  MARU_CHECK(!locked_);
  if (unsynced_survives) {
    synced_ = written_;
  } else {
    written_ = synced_;
  }
}

void MemoryDisk::Damage(std::string key, std::optional<std::string> value) {
  MutexLock lock(mutex_);
  for (PersistentMap* rows : {&written_, &synced_}) {
    *rows = value.has_value() ? rows->Set(key, *value) : rows->Erase(key);
  }
}

absl::Status MemoryDisk::Write(const std::vector<Change>& changes) {
  Hook on_write;
  Hook on_sync;
  {
    MutexLock lock(mutex_);
    on_write = on_write_;
    on_sync = on_sync_;
  }
  if (on_write) RETURN_IF_ERROR(on_write());
  {
    MutexLock lock(mutex_);
    for (const Change& change : changes) {
      written_ = change.value.has_value() ? written_.Set(change.key, *change.value)
                                          : written_.Erase(change.key);
    }
  }
  if (on_sync) RETURN_IF_ERROR(on_sync());
  MutexLock lock(mutex_);
  synced_ = written_;
  ++writes_;
  return absl::OkStatus();
}

PersistentMap MemoryDisk::Synced() const {
  MutexLock lock(mutex_);
  return synced_;
}

absl::Status MemoryDisk::Lock() {
  MutexLock lock(mutex_);
  if (locked_) return absl::FailedPreconditionError("the memory disk is in use by another backend");
  locked_ = true;
  return absl::OkStatus();
}

void MemoryDisk::Unlock() {
  MutexLock lock(mutex_);
  locked_ = false;
}

absl::StatusOr<std::unique_ptr<Backend>> MemoryBackend::Open(MemoryDisk& disk) {
  RETURN_IF_ERROR(disk.Lock());
  return std::unique_ptr<Backend>(new MemoryBackend(disk));
}

MemoryBackend::~MemoryBackend() { disk_.Unlock(); }

absl::Status MemoryBackend::Write(const std::vector<Change>& changes) {
  if (failed_) return absl::InternalError("an earlier write failed");
  absl::Status written = disk_.Write(changes);
  failed_ = !written.ok() && written.code() != absl::StatusCode::kResourceExhausted;
  return written;
}

std::unique_ptr<Snapshot> MemoryDisk::Snap() {
  return std::make_unique<MemorySnapshot>(*this, Synced());
}

std::unique_ptr<Snapshot> MemoryBackend::Snap() const { return disk_.Snap(); }

}  // namespace maru::store
