// Goal: a flipped bit in any file of the database is DATA_LOSS that names the file, or does not
// matter; never a wrong answer, never a crash.
// Method: a database with logs, tables of several levels and a grown manifest; one bit of one file
// is flipped in a copy of it, the copy is opened, and all that it says is compared with a model.
#include "common/store/testing/power_cuts.h"
#include "common/store/testing/store_on_disk.h"
#include "gtest/gtest.h"
#include "rocksdb/options.h"

namespace maru::store {
namespace {

TEST(StoreBitRotTest, AFlippedBitIsFoundAndItsFileNamedOrItDoesNotMatter) {
  constexpr uint64_t kSeed = 20270117;
  StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  ASSERT_TRUE(store.Open().ok());
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(store.Step());
  ASSERT_TRUE(store.Open().ok());
  // Tables are flushed, and the log goes on behind them.
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(store.Step());
  store.Close();

  BitRot rot(store, store.disk(), kSeed);
  rot.FlipEverywhere(/*ends=*/100, /*stride=*/200);
  EXPECT_GT(rot.found(".log").all(), 0);
  EXPECT_GT(rot.found(".sst").all(), 0);
  EXPECT_GT(rot.found("MANIFEST").all(), 0);
  EXPECT_GT(rot.found("CURRENT").all(), 0);
}

// Without compaction no table that an older manifest names is missing, and the log goes on behind
// the tables that it does not name: nothing else would notice.
TEST(StoreBitRotTest, AManifestThatSeemsToEndEarlyIsDamage) {
  constexpr uint64_t kSeed = 20270120;
  StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  store.options().adjust = [adjust = store.options().adjust](rocksdb::Options& rocksdb) {
    adjust(rocksdb);
    rocksdb.disable_auto_compactions = true;
  };
  ASSERT_TRUE(store.Open().ok());
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(store.Step());
  store.Close();

  BitRot rot(store, store.disk(), kSeed);
  rot.FlipRecordHeaders();
  EXPECT_GT(rot.found("MANIFEST").at_open, 0);
}

// Compaction reads what is damaged and must not write the rest as if it were all.
TEST(StoreBitRotTest, WorkOnADamagedTableIsRefusedOrWhatIsDamagedStaysKnown) {
  constexpr uint64_t kSeed = 20270119;
  constexpr uint64_t kStride = 3'000;
  StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  ASSERT_TRUE(store.Open().ok());
  for (int i = 0; i < 360; ++i) ASSERT_TRUE(store.Step());
  store.Close();
  int found = 0;
  for (const auto& [path, bytes] : store.disk().Files()) {
    if (!path.ends_with(".sst")) continue;
    for (uint64_t byte = 0; byte < bytes.size(); byte += kStride) {
      SCOPED_TRACE(testing::Message() << path << ", byte " << byte);
      const std::shared_ptr<SimulatedDisk> disk = store.disk().Copy(byte);
      disk->FlipBit(path, byte * 8 + 3);
      const auto damaged = store.MovedTo(disk);
      absl::Status said = damaged->Open();
      for (int i = 0; said.ok() && i < 150 && damaged->Step(); ++i) continue;
      if (said.ok()) said = damaged->Verify();
      EXPECT_TRUE(said.ok() || absl::IsDataLoss(said)) << said;
      if (!said.ok()) ++found;
    }
  }
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace maru::store
