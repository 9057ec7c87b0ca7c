#include "common/store/testing/simulated_disk.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "common/base/status.h"
#include "rocksdb/system_clock.h"

namespace maru::store {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// What a disk writes whole or not at all.
constexpr size_t kSector = 512;

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

// RocksDB names a folder with and without a slash at its end.
std::string WithoutSlash(std::string path) {
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void Overwrite(std::string& bytes, uint64_t offset, std::string_view with) {
  if (bytes.size() < offset + with.size()) bytes.resize(offset + with.size());
  bytes.replace(offset, with.size(), with);
}

template <class Names>
void Apply(Names& names, const std::pair<std::string, typename Names::mapped_type>& change) {
  if (change.second == nullptr) {
    names.erase(change.first);
  } else {
    names[change.first] = change.second;
  }
}

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  size_t GetLogFileSize() const override { return 0; }
};

class SleeplessClock final : public rocksdb::SystemClockWrapper {
 public:
  SleeplessClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "SleeplessClock"; }
  void SleepForMicroseconds(int) override {}
};

class SimulatedEnv final : public rocksdb::EnvWrapper {
 public:
  explicit SimulatedEnv(const std::shared_ptr<SimulatedDisk>& disk)
      : EnvWrapper(rocksdb::NewCompositeEnv(disk)) {
    file_system_ = disk;
    system_clock_ = std::make_shared<SleeplessClock>();
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> MakeSimulatedEnv(const std::shared_ptr<SimulatedDisk>& disk) {
  return std::make_unique<SimulatedEnv>(disk);
}

// --- Open files ---

class SimulatedDisk::OpenFile {
 protected:
  OpenFile(SimulatedDisk& disk, std::shared_ptr<Node> node, std::string path)
      : disk_(disk), node_(std::move(node)), path_(std::move(path)) {}

  SimulatedDisk& disk_;
  const std::shared_ptr<Node> node_;
  const std::string path_;
};

class SimulatedDisk::SequentialFile final : public rocksdb::FSSequentialFile, OpenFile {
 public:
  SequentialFile(SimulatedDisk& disk, std::shared_ptr<Node> node, std::string path)
      : OpenFile(disk, std::move(node), std::move(path)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const IOStatus read = disk_.ReadAt(*node_, path_, offset_, n, result, scratch);
    if (read.ok()) offset_ += result->size();
    return read;
  }
  IOStatus Skip(uint64_t n) override {
    offset_ += n;
    return IOStatus::OK();
  }

 private:
  uint64_t offset_ = 0;
};

class SimulatedDisk::RandomAccessFile final : public rocksdb::FSRandomAccessFile, OpenFile {
 public:
  RandomAccessFile(SimulatedDisk& disk, std::shared_ptr<Node> node, std::string path)
      : OpenFile(disk, std::move(node), std::move(path)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return disk_.ReadAt(*node_, path_, offset, n, result, scratch);
  }
};

class SimulatedDisk::WritableFile final : public rocksdb::FSWritableFile, OpenFile {
 public:
  WritableFile(SimulatedDisk& disk, std::shared_ptr<Node> node, std::string path)
      : OpenFile(disk, std::move(node), std::move(path)) {}
  using FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return disk_.WriteAt(*node_, path_, nullptr, {data.data(), data.size()});
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_.Sync(*node_, path_); }
  bool IsSyncThreadSafe() const override { return true; }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    MutexLock lock(disk_.mutex_);
    return node_->visible.size();
  }
};

class SimulatedDisk::RandomRwFile final : public rocksdb::FSRandomRWFile, OpenFile {
 public:
  RandomRwFile(SimulatedDisk& disk, std::shared_ptr<Node> node, std::string path)
      : OpenFile(disk, std::move(node), std::move(path)) {}
  IOStatus Write(uint64_t offset, const Slice& data, const IOOptions&, IODebugContext*) override {
    return disk_.WriteAt(*node_, path_, &offset, {data.data(), data.size()});
  }
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return disk_.ReadAt(*node_, path_, offset, n, result, scratch);
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return disk_.Sync(*node_, path_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
};

class SimulatedDisk::Folder final : public rocksdb::FSDirectory {
 public:
  Folder(SimulatedDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return disk_.SyncFolder(path_); }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  SimulatedDisk& disk_;
  const std::string path_;
};

class SimulatedDisk::Lock final : public rocksdb::FileLock {
 public:
  explicit Lock(std::string held) : path(std::move(held)) {}
  const std::string path;
};

// --- The disk ---

IOStatus SimulatedDisk::Admit(Kind kind, std::string_view path) {
  if (kind != Kind::kRead) ++changes_;
  if (changes_ >= cut_at_) return IOStatus::IOError(std::string(path), "the power is off");
  return fault_ ? fault_({kind, path}) : IOStatus::OK();
}

IOStatus SimulatedDisk::Find(const std::string& path, std::shared_ptr<Node>* node) {
  const auto found = visible_.find(WithoutSlash(path));
  if (found == visible_.end()) return IOStatus::PathNotFound(path, "no such file");
  *node = found->second;
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Change(const std::string& path, NameChange change) {
  const std::string folder = FolderOf(path);
  if (folder != "/" && !visible_.contains(folder)) {
    return IOStatus::PathNotFound(folder, "no such folder");
  }
  for (const auto& name : change) Apply(visible_, name);
  unsynced_[folder].push_back(std::move(change));
  return IOStatus::OK();
}

IOStatus SimulatedDisk::Create(const std::string& path, bool is_folder,
                               std::shared_ptr<Node>* node) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kCreate, path); !admitted.ok()) return admitted;
  *node = std::make_shared<Node>();
  (*node)->is_folder = is_folder;
  return Change(path, {{path, *node}});
}

IOStatus SimulatedDisk::OpenNode(const std::string& path, std::shared_ptr<Node>* node) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kRead, path); !admitted.ok()) return admitted;
  return Find(path, node);
}

IOStatus SimulatedDisk::ReadAt(const Node& node, const std::string& path, uint64_t offset,
                               size_t size, Slice* result, char* scratch) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kRead, path); !admitted.ok()) return admitted;
  const std::string_view bytes =
      std::string_view(node.visible).substr(std::min<uint64_t>(offset, node.visible.size()), size);
  std::memcpy(scratch, bytes.data(), bytes.size());
  *result = Slice(scratch, bytes.size());
  return IOStatus::OK();
}

IOStatus SimulatedDisk::WriteAt(Node& node, const std::string& path, const uint64_t* offset,
                                std::string_view bytes) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kWrite, path); !admitted.ok()) return admitted;
  const uint64_t at = offset != nullptr ? *offset : node.visible.size();
  const uint64_t grows = std::max(at + bytes.size(), node.visible.size()) - node.visible.size();
  const uint64_t lacking = grows - std::min(grows, Free());
  bytes.remove_suffix(lacking);
  Overwrite(node.visible, at, bytes);
  node.unsynced.push_back({at, std::string(bytes)});
  return lacking == 0 ? IOStatus::OK() : IOStatus::NoSpace(path, "the disk is full");
}

IOStatus SimulatedDisk::Sync(Node& node, const std::string& path) {
  MutexLock lock(mutex_);
  IOStatus admitted = Admit(Kind::kSync, path);
  if (changes_ >= cut_at_) return admitted;
  if (!admitted.ok()) {
    Settle(node, path);
    return admitted;
  }
  for (const Write& write : node.unsynced) Overwrite(node.synced, write.offset, write.bytes);
  node.unsynced.clear();
  return IOStatus::OK();
}

IOStatus SimulatedDisk::SyncFolder(const std::string& path) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kSyncFolder, path); !admitted.ok()) return admitted;
  for (const NameChange& change : unsynced_[path]) {
    for (const auto& name : change) Apply(synced_, name);
  }
  unsynced_.erase(path);
  return IOStatus::OK();
}

uint64_t SimulatedDisk::Free() const {
  uint64_t used = 0;
  for (const auto& [path, node] : visible_) used += node->visible.size();
  return quota_ - std::min(quota_, used);
}

// --- Power ---

uint64_t SimulatedDisk::changes() const {
  MutexLock lock(mutex_);
  return changes_;
}

void SimulatedDisk::CutPowerAt(uint64_t change) {
  MutexLock lock(mutex_);
  cut_at_ = change;
}

bool SimulatedDisk::powered() const {
  MutexLock lock(mutex_);
  return changes_ < cut_at_;
}

// Any sector of the writes, in any combination; what is missing reads as zeros.
void SimulatedDisk::KeepSectors(Node& node) {
  for (const Write& write : node.unsynced) {
    std::string_view rest = write.bytes;
    for (uint64_t offset = write.offset; !rest.empty();) {
      const size_t size = std::min<size_t>(rest.size(), kSector - offset % kSector);
      if (Below(2) == 0) Overwrite(node.synced, offset, rest.substr(0, size));
      rest.remove_prefix(size);
      offset += size;
    }
  }
  if (Below(2) == 0) node.synced.resize(std::max(node.synced.size(), node.visible.size()));
}

bool SimulatedDisk::Settle(Node& node, std::string_view path) {
  uint64_t fate = Below(4);
  // RocksDB takes a manifest that ends in a torn record, and refuses one that has a hole in it.
  if (fate == 1 && path.find("/MANIFEST-") != std::string_view::npos) fate = 2;
  if (fate == 1) {
    KeepSectors(node);
  } else if (fate >= 2) {
    // A prefix in order, its last write torn; or everything.
    const size_t count = node.unsynced.size();
    const size_t whole = fate == 2 ? Below(count + 1) : count;
    for (size_t i = 0; i < whole; ++i) {
      Overwrite(node.synced, node.unsynced[i].offset, node.unsynced[i].bytes);
    }
    if (whole < count) {
      const Write& torn = node.unsynced[whole];
      Overwrite(node.synced, torn.offset,
                std::string_view(torn.bytes).substr(0, Below(torn.bytes.size() + 1)));
    }
  }
  node.unsynced.clear();
  return fate != 0;
}

void SimulatedDisk::SettleNames(Survivors& survivors) {
  for (const auto& [folder, changes] : unsynced_) {
    survivors.names += static_cast<int>(changes.size());
    const uint64_t fate = Below(4);
    size_t kept = changes.size();
    if (fate == 0) kept = 0;
    if (fate == 1) kept = Below(changes.size() + 1);
    survivors.kept_names += static_cast<int>(kept);
    for (size_t i = 0; i < kept; ++i) {
      for (const auto& name : changes[i]) Apply(synced_, name);
    }
  }
  unsynced_.clear();
  // What lies in a folder that is gone is gone.
  Nodes reachable;
  for (const auto& [path, node] : synced_) {
    const std::string folder = FolderOf(path);  // sorts before what lies in it
    if (folder == "/" || reachable.contains(folder)) reachable[path] = node;
  }
  synced_ = std::move(reachable);
}

SimulatedDisk::Survivors SimulatedDisk::PowerOn() {
  MutexLock lock(mutex_);
  MARU_CHECK(locked_.empty());
  Survivors survivors;
  SettleNames(survivors);
  visible_ = synced_;
  for (const auto& [path, node] : visible_) {
    if (!node->unsynced.empty()) {
      ++survivors.torn_files;
      if (Settle(*node, path)) ++survivors.kept_files;
    }
    node->visible = node->synced;
  }
  cut_at_ = kNever;
  return survivors;
}

std::shared_ptr<SimulatedDisk> SimulatedDisk::Copy(uint64_t seed) const {
  auto copy = std::make_shared<SimulatedDisk>(seed);
  MutexLock lock(mutex_);
  MutexLock copy_lock(copy->mutex_);
  for (const auto& [path, node] : visible_) {
    auto twin = std::make_shared<Node>();
    twin->is_folder = node->is_folder;
    twin->visible = twin->synced = node->visible;
    copy->visible_[path] = copy->synced_[path] = std::move(twin);
  }
  return copy;
}

void SimulatedDisk::OnOperation(Fault fault) {
  MutexLock lock(mutex_);
  fault_ = std::move(fault);
}

void SimulatedDisk::SetQuota(uint64_t bytes) {
  MutexLock lock(mutex_);
  quota_ = bytes;
}

uint64_t SimulatedDisk::FreeBytes() const {
  MutexLock lock(mutex_);
  return Free();
}

std::map<std::string, std::string> SimulatedDisk::Files() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> files;
  for (const auto& [path, node] : visible_) {
    if (!node->is_folder) files[path] = node->visible;
  }
  return files;
}

void SimulatedDisk::FlipBit(const std::string& path, uint64_t bit) {
  MutexLock lock(mutex_);
  Node& node = *visible_.at(path);
  for (std::string* bytes : {&node.visible, &node.synced}) {
    char& byte = bytes->at(bit / 8);
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1u << (bit % 8)));
  }
}

// --- rocksdb::FileSystem ---

IOStatus SimulatedDisk::NewSequentialFile(const std::string& path, const FileOptions&,
                                          std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                          IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus opened = OpenNode(path, &node);
  if (opened.ok()) *file = std::make_unique<SequentialFile>(*this, std::move(node), path);
  return opened;
}

IOStatus SimulatedDisk::NewRandomAccessFile(const std::string& path, const FileOptions&,
                                            std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                            IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus opened = OpenNode(path, &node);
  if (opened.ok()) *file = std::make_unique<RandomAccessFile>(*this, std::move(node), path);
  return opened;
}

IOStatus SimulatedDisk::NewWritableFile(const std::string& path, const FileOptions&,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus created = Create(path, /*is_folder=*/false, &node);
  if (created.ok()) *file = std::make_unique<WritableFile>(*this, std::move(node), path);
  return created;
}

IOStatus SimulatedDisk::NewRandomRWFile(const std::string& path, const FileOptions&,
                                        std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                        IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus opened = OpenNode(path, &node);
  if (opened.ok()) *file = std::make_unique<RandomRwFile>(*this, std::move(node), path);
  return opened;
}

IOStatus SimulatedDisk::NewDirectory(const std::string& path, const IOOptions&,
                                     std::unique_ptr<rocksdb::FSDirectory>* folder,
                                     IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus opened = path == "/" ? IOStatus::OK() : OpenNode(path, &node);
  if (opened.ok()) *folder = std::make_unique<Folder>(*this, WithoutSlash(path));
  return opened;
}

IOStatus SimulatedDisk::NewLogger(const std::string&, const IOOptions&,
                                  std::shared_ptr<rocksdb::Logger>* logger, IODebugContext*) {
  *logger = std::make_shared<SilentLogger>();
  return IOStatus::OK();
}

IOStatus SimulatedDisk::FileExists(const std::string& path, const IOOptions&, IODebugContext*) {
  std::shared_ptr<Node> node;
  const IOStatus found = OpenNode(path, &node);
  return found.IsPathNotFound() ? IOStatus::NotFound(path) : found;
}

IOStatus SimulatedDisk::GetChildren(const std::string& path, const IOOptions&,
                                    std::vector<std::string>* names, IODebugContext*) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kRead, path); !admitted.ok()) return admitted;
  const std::string folder = WithoutSlash(path);
  if (!visible_.contains(folder)) return IOStatus::NotFound(path);
  names->clear();
  for (const auto& [name, node] : visible_) {
    if (FolderOf(name) == folder) names->push_back(name.substr(folder.size() + 1));
  }
  return IOStatus::OK();
}

IOStatus SimulatedDisk::DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kDelete, path); !admitted.ok()) return admitted;
  std::shared_ptr<Node> node;
  if (IOStatus found = Find(path, &node); !found.ok()) return found;
  return Change(path, {{path, nullptr}});
}

IOStatus SimulatedDisk::CreateDir(const std::string& path, const IOOptions&, IODebugContext*) {
  std::shared_ptr<Node> node;
  return Create(path, /*is_folder=*/true, &node);
}

IOStatus SimulatedDisk::CreateDirIfMissing(const std::string& path, const IOOptions& options,
                                           IODebugContext* debug) {
  const IOStatus found = FileExists(path, options, debug);
  return found.IsNotFound() ? CreateDir(path, options, debug) : found;
}

IOStatus SimulatedDisk::DeleteDir(const std::string& path, const IOOptions& options,
                                  IODebugContext* debug) {
  return DeleteFile(path, options, debug);
}

IOStatus SimulatedDisk::GetFileSize(const std::string& path, const IOOptions&, uint64_t* size,
                                    IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus found = OpenNode(path, &node);
  if (!found.ok()) return found;
  MutexLock lock(mutex_);
  *size = node->visible.size();
  return IOStatus::OK();
}

IOStatus SimulatedDisk::GetFileModificationTime(const std::string& path, const IOOptions&,
                                                uint64_t* seconds, IODebugContext*) {
  std::shared_ptr<Node> node;
  *seconds = 0;
  return OpenNode(path, &node);
}

IOStatus SimulatedDisk::RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                                   IODebugContext*) {
  MutexLock lock(mutex_);
  if (IOStatus admitted = Admit(Kind::kRename, to); !admitted.ok()) return admitted;
  MARU_CHECK(FolderOf(from) == FolderOf(to));  // one folder, one sync
  std::shared_ptr<Node> node;
  if (IOStatus found = Find(from, &node); !found.ok()) return found;
  return Change(to, {{from, nullptr}, {to, node}});
}

IOStatus SimulatedDisk::LockFile(const std::string& path, const IOOptions&,
                                 rocksdb::FileLock** lock, IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus opened = OpenNode(path, &node);
  if (opened.IsPathNotFound()) opened = Create(path, /*is_folder=*/false, &node);
  if (!opened.ok()) return opened;
  MutexLock guard(mutex_);
  if (!locked_.insert(path).second) return IOStatus::IOError(path, "locked");
  *lock = new Lock(path);
  return IOStatus::OK();
}

IOStatus SimulatedDisk::UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) {
  const std::unique_ptr<Lock> held(static_cast<Lock*>(lock));
  MutexLock guard(mutex_);
  locked_.erase(held->path);
  return IOStatus::OK();
}

IOStatus SimulatedDisk::GetTestDirectory(const IOOptions&, std::string*, IODebugContext*) {
  return IOStatus::NotSupported("GetTestDirectory");
}

IOStatus SimulatedDisk::GetAbsolutePath(const std::string& path, const IOOptions&,
                                        std::string* absolute, IODebugContext*) {
  *absolute = path;
  return IOStatus::OK();
}

IOStatus SimulatedDisk::IsDirectory(const std::string& path, const IOOptions&, bool* is_folder,
                                    IODebugContext*) {
  std::shared_ptr<Node> node;
  IOStatus found = OpenNode(path, &node);
  if (found.ok()) *is_folder = node->is_folder;
  return found;
}

}  // namespace maru::store
