// What only the RocksDB backend has: its lock between processes, the commit mark, room on the disk,
// damage of files.
#include "common/store/rocksdb_backend.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/async/manual_executor.h"
#include "common/base/status.h"
#include "common/store/rocksdb_options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"

namespace maru::store {
namespace {

using testing::HasSubstr;

class RocksDbBackendTest : public testing::Test {
 protected:
  RocksDbBackendTest() {
    std::string folder = testing::TempDir() + "/rocksdbXXXXXX";
    MARU_CHECK(mkdtemp(folder.data()) != nullptr);
    options_.folder = folder + "/데이터/datecourse-test";
    root_ = folder;
  }
  ~RocksDbBackendTest() override { std::filesystem::remove_all(root_); }

  absl::StatusOr<std::unique_ptr<Backend>> Open() { return OpenRocksDb(options_, clock_); }
  // Writes rows first..last, each a commit of its own.
  void Write(int first, int last) {
    auto backend = Open();
    MARU_CHECK(backend.ok());
    for (int i = first; i <= last; ++i)
      MARU_CHECK((*backend)->Write({{std::to_string(i), "value"}}).ok());
  }
  // The file of the folder with that ending, the newest if there are several.
  std::filesystem::path File(const std::string& ending) {
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      if (entry.path().string().ends_with(ending) && entry.path() > newest) newest = entry.path();
    }
    MARU_CHECK(!newest.empty());
    return newest;
  }
  static void FlipByte(const std::filesystem::path& file, std::streamoff at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(at);
    const char byte = static_cast<char>(stream.get());
    stream.seekp(at);
    stream.put(static_cast<char>(~byte));
    MARU_CHECK(stream.good());
  }

  async::ManualExecutor clock_;
  RocksDbOptions options_;
  std::string root_;
};

TEST_F(RocksDbBackendTest, ASecondProcessIsToldWhichFolderIsInUse) {
  const auto backend = Open();
  ASSERT_TRUE(backend.ok());
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    // A process of its own: nothing but the lock of the folder connects it with this one.
    const std::string said = Open().status().ToString();
    const ssize_t written = write(pipe_ends[1], said.data(), said.size());
    _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(pipe_ends[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<size_t>(read(pipe_ends[0], said.data(), said.size())));
  close(pipe_ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(said, HasSubstr("FAILED_PRECONDITION"));
  EXPECT_THAT(said, HasSubstr(options_.folder));
}

TEST_F(RocksDbBackendTest, AcknowledgedWritesThatAreMissingAfterRecoveryAreDataLoss) {
  Write(1, 50);
  // In the middle of the log: RocksDB itself recovers what lies before and says nothing.
  const std::filesystem::path log = File(".log");
  FlipByte(log, static_cast<std::streamoff>(std::filesystem::file_size(log) / 2));
  const absl::Status damaged = Open().status();
  EXPECT_TRUE(absl::IsDataLoss(damaged)) << damaged;
  EXPECT_THAT(std::string(damaged.message()), HasSubstr(options_.folder));
}

TEST_F(RocksDbBackendTest, AnUnreadableMarkIsNoAlarm) {
  Write(1, 5);
  FlipByte(File("MARK"), 3);
  EXPECT_TRUE(Open().ok());
  std::filesystem::resize_file(File("MARK"), 0);
  EXPECT_TRUE(Open().ok());
  std::filesystem::remove(File("MARK"));
  EXPECT_TRUE(Open().ok());
}

TEST_F(RocksDbBackendTest, ADamagedTableFileIsDataLossThatNamesTheFile) {
  Write(1, 50);
  Write(51, 52);  // recovery has put the rows into a table file
  const std::filesystem::path table = File(".sst");
  FlipByte(table, 10);
  const auto backend = Open();
  absl::Status damaged = backend.status();
  if (backend.ok()) damaged = (*backend)->Snap()->Get("1", ReadTier::kAll).status();
  EXPECT_TRUE(absl::IsDataLoss(damaged)) << damaged;
  EXPECT_THAT(std::string(damaged.message()), HasSubstr(".sst"));
}

class TestDiskSpace final : public DiskSpace {
 public:
  absl::StatusOr<uint64_t> FreeBytes(const std::string&) override {
    ++asked;
    return free;
  }
  uint64_t free = uint64_t{1} << 40;
  int asked = 0;
};

// Goal: a walk over what is cached either reaches the last row or says that it did not. Method:
// many small files; the cache grows block by block from the end, so that walks stop at every
// border.
TEST_F(RocksDbBackendTest, AWalkOverCachedBlocksNeverEndsSilentlyBeforeTheLastRow) {
  constexpr size_t kRows = 3000;
  options_.adjust = [](rocksdb::Options& options) { options.target_file_size_base = 32 << 10; };
  {
    const auto backend = Open();
    ASSERT_TRUE(backend.ok()) << backend.status();
    std::vector<Change> changes;
    for (size_t i = 0; i < kRows; ++i) {
      changes.push_back({absl::StrCat("키", 10'000 + i), std::string(150, 'v')});
      changes.push_back({absl::StrCat("가", 10'000 + i), std::string(150, 'v')});
      changes.push_back({absl::StrCat("하", 10'000 + i), std::string(150, 'v')});
    }
    ASSERT_TRUE((*backend)->Write(changes).ok());
  }
  {
    rocksdb::DB* opened = nullptr;
    const auto options = MakeRocksDbOptions(options_, *rocksdb::Env::Default());
    ASSERT_TRUE(rocksdb::DB::Open(options, options_.folder, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::CompactRangeOptions compact;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(db->CompactRange(compact, nullptr, nullptr).ok());
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    ASSERT_GT(files.size(), 5u);
  }
  const KeyRange range = {.begin = "키", .end = "키\xff"};
  for (const Direction direction : {Direction::kReverse, Direction::kForward}) {
    const auto backend = Open();
    ASSERT_TRUE(backend.ok()) << backend.status();
    const auto snapshot = (*backend)->Snap();
    const auto warm = snapshot->Scan(range, direction, ReadTier::kAll);
    size_t got = 0;
    for (size_t warmed = 0; warm->Valid(); warm->Next(), ++warmed) {
      if (warmed % 5 != 0) continue;
      got = 0;
      const auto cached = snapshot->Scan(range, direction, ReadTier::kCacheOnly);
      for (; cached->Valid(); cached->Next()) ++got;
      if (got < kRows) ASSERT_TRUE(absl::IsUnavailable(cached->status())) << "after " << got;
    }
    EXPECT_EQ(got, kRows);
  }
}

TEST_F(RocksDbBackendTest, RoomOnTheDiskIsAskedForAtMostOnceASecond) {
  TestDiskSpace space;
  options_.disk_space = &space;
  const auto backend = Open();
  ASSERT_TRUE(backend.ok());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE((*backend)->Write({{"key", "value"}}).ok());
  EXPECT_EQ(space.asked, 1);
  space.free = options_.free_space_floor_bytes - 1;
  EXPECT_TRUE((*backend)->Write({{"key", "value"}}).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(absl::IsResourceExhausted((*backend)->Write({{"key", "refused"}})));
  EXPECT_EQ(**(*backend)->Snap()->Get("key", ReadTier::kAll), "value");
  space.free = options_.free_space_floor_bytes;
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE((*backend)->Write({{"key", "value"}}).ok());
}

TEST_F(RocksDbBackendTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(root_ + "/file") << "not a folder";
  options_.folder = root_ + "/file/data";
  const absl::Status refused = Open().status();
  EXPECT_THAT(std::string(refused.message()), HasSubstr(root_ + "/file"));
}

}  // namespace
}  // namespace maru::store
