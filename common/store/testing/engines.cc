#include "common/store/testing/engines.h"

#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <utility>

#include "common/async/thread_loop.h"
#include "common/base/status.h"
#include "common/store/key.h"
#include "common/store/memory_backend.h"
#include "common/store/rocksdb_backend.h"
#include "common/store/tables.h"
#include "common/store/testing/fault_file_system.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"

namespace maru::store {

namespace {

class MemoryEngine final : public Engine {
 public:
  absl::StatusOr<std::unique_ptr<Backend>> Open() override { return MemoryBackend::Open(disk_); }
  void SetDiskFull(bool full) override {
    disk_.OnWrite(full ? MemoryDisk::Hook([] { return absl::ResourceExhaustedError("full"); })
                       : nullptr);
  }
  void OnSync(std::function<absl::Status()> hook) override { disk_.OnSync(std::move(hook)); }
  uint64_t syncs() const override { return disk_.writes(); }
  void Damage(const std::string& key, std::optional<std::string> value) override {
    disk_.Damage(key, std::move(value));
  }
  void MakeCold() override { disk_.MakeCold(); }

 private:
  MemoryDisk disk_;
};

class TestDiskSpace final : public DiskSpace {
 public:
  absl::StatusOr<uint64_t> FreeBytes(const std::string&) override {
    return full_ ? 0 : uint64_t{1} << 40;
  }
  void SetFull(bool full) { full_ = full; }

 private:
  std::atomic<bool> full_ = false;
};

// Ten seconds pass between any two looks at it: what is remembered for a while is looked up again.
class HastyClock final : public Clock {
 public:
  Instant Now() const override { return Instant::FromDuration(absl::Seconds(10 * ++looks_)); }
  absl::Time WallNow() const override { return absl::Now(); }

 private:
  mutable std::atomic<int64_t> looks_ = 0;
};

std::string FreshFolder() {
  std::string folder = testing::TempDir() + "/storeXXXXXX";
  MARU_CHECK(mkdtemp(folder.data()) != nullptr);
  return folder;
}

class RocksDbEngine final : public Engine {
 public:
  explicit RocksDbEngine(OpenBackend open) : open_(std::move(open)) {}
  ~RocksDbEngine() override { std::filesystem::remove_all(folder_); }

  absl::StatusOr<std::unique_ptr<Backend>> Open() override {
    RocksDbOptions options;
    options.folder = folder_;
    options.env = env_.get();
    options.disk_space = &space_;
    return open_(options, clock_);
  }
  void SetDiskFull(bool full) override { space_.SetFull(full); }
  void OnSync(std::function<absl::Status()> hook) override { files_->OnLogSync(std::move(hook)); }
  uint64_t syncs() const override { return files_->log_syncs(); }

  void Damage(const std::string& key, std::optional<std::string> value) override {
    WithDatabase([&](rocksdb::DB& db) {
      const rocksdb::Status changed =
          value.has_value() ? db.Put({}, key, *value) : db.Delete({}, key);
      MARU_CHECK(changed.ok());
    });
  }
  // Out of the memtable, and out of the block that the store reads when it opens: the caches are
  // empty after that.
  void MakeCold() override {
    WithDatabase([](rocksdb::DB& db) {
      const std::string filler = EncodeKey<>(kFirstContextTable - 1);
      MARU_CHECK(db.Put({}, filler, std::string(1 << 20, '.')).ok());
      MARU_CHECK(db.CompactRange({}, nullptr, nullptr).ok());
    });
  }

 private:
  template <class Fn>
  void WithDatabase(Fn fn) {
    rocksdb::DB* opened = nullptr;
    MARU_CHECK(rocksdb::DB::Open({}, folder_, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    fn(*db);
  }

  const OpenBackend open_;
  const std::string folder_ = FreshFolder();
  const std::shared_ptr<FaultFileSystem> files_ =
      std::make_shared<FaultFileSystem>(rocksdb::FileSystem::Default());
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  TestDiskSpace space_;
  HastyClock clock_;
};

}  // namespace

std::unique_ptr<Engine> MakeMemoryEngine() { return std::make_unique<MemoryEngine>(); }
std::unique_ptr<Engine> MakeRocksDbEngine() { return MakeRocksDbEngine(OpenRocksDb); }
std::unique_ptr<Engine> MakeRocksDbEngine(OpenBackend open) {
  return std::make_unique<RocksDbEngine>(std::move(open));
}

}  // namespace maru::store
