// Goal: whatever a power cut takes that was not synced, the store holds all that it acknowledged,
// and of the rest whole transactions or nothing.
// Method: a random workload over RocksDB on a simulated disk; the power is cut instead of each
// change of the disk (write, sync, rename, …), also during recovery; everything is read and
// compared with a naive model.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "common/store/testing/power_cuts.h"
#include "common/store/testing/simulated_disk.h"
#include "common/store/testing/store_on_disk.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

constexpr uint64_t kSeed = 20270115;

TEST(StorePowerLossTest, EveryChangeOfTheDiskMayBeTheLast) {
  constexpr uint64_t kEvery = 1;
  constexpr int kSteps = 120;
  PowerCuts cuts;
  bool reached = true;
  for (uint64_t cut = 1; reached; cut += kEvery) {
    SCOPED_TRACE(testing::Message() << "power cut instead of change " << cut);
    SeededRandom random(kSeed + cut);
    StoreOnDisk store(std::make_shared<SimulatedDisk>(random.Next()), kSeed);
    store.disk().CutPowerAt(cut);
    const absl::Status opened = store.Open();
    ASSERT_TRUE(opened.ok() || !store.disk().powered()) << opened;
    if (opened.ok()) reached = WorkUntilTheCut(store, kSteps);
    ASSERT_NO_FATAL_FAILURE(Recover(store, random, cuts));
    // And it goes on.
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.Step());
  }
  cuts.Print();
  EXPECT_GE(cuts.cuts, 500);
}

// One database that lives through all of it: what a cut left is what the next one finds.
TEST(StorePowerLossTest, ADatabaseOutlivesHundredsOfCuts) {
  constexpr int kCuts = 250;
  PowerCuts cuts;
  SeededRandom random(kSeed);
  StoreOnDisk store(std::make_shared<SimulatedDisk>(random.Next()), kSeed);
  ASSERT_TRUE(store.Open().ok());
  while (cuts.cuts < kCuts) {
    SCOPED_TRACE(testing::Message() << "cut " << cuts.cuts);
    store.disk().CutPowerAt(store.disk().changes() + 1 + random.Next() % 120);
    WorkUntilTheCut(store, 1000);
    ASSERT_NO_FATAL_FAILURE(Recover(store, random, cuts));
  }
  cuts.Print();
}

// The simulated disk is as strict as POSIX; the real file system reads what it left the same way.
TEST(StorePowerLossTest, WhatACutLeavesOpensOnARealFileSystem) {
  PowerCuts cuts;
  for (uint64_t cut = 40; cuts.cuts < 20; cut += 37) {
    SCOPED_TRACE(testing::Message() << "power cut instead of change " << cut);
    StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed + cut), kSeed);
    store.disk().CutPowerAt(cut);
    if (store.Open().ok()) WorkUntilTheCut(store, 1000);
    store.Close();
    cuts.Add(store.disk().PowerOn());

    std::string root = testing::TempDir() + "/powerXXXXXX";
    ASSERT_NE(mkdtemp(root.data()), nullptr);
    for (const auto& [path, bytes] : store.disk().Files()) {
      const std::filesystem::path file(root + path);
      std::filesystem::create_directories(file.parent_path());
      std::ofstream(file, std::ios::binary) << bytes;
    }
    const absl::Status opened = store.Open(SmallRocksDb(root + store.options().folder));
    ASSERT_TRUE(opened.ok()) << opened;
    const absl::Status verified = store.Verify();
    ASSERT_TRUE(verified.ok()) << verified;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.Step());
    store.Close();
    ++cuts.reopenings;
    std::filesystem::remove_all(root);
  }
  cuts.Print();
}

}  // namespace
}  // namespace maru::store
