// Goal: an operation of the disk that fails is said, ends all writing where its outcome is unknown,
// and costs nothing that was acknowledged.
// Method: as power_loss_test.cc, with errors at chosen operations, and with a quota.
#include <cstdio>
#include <utility>

#include "common/store/disk_space.h"
#include "common/store/testing/simulated_disk.h"
#include "common/store/testing/store_on_disk.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

using Kind = SimulatedDisk::Kind;

constexpr uint64_t kSeed = 20270116;
constexpr int kSteps = 200;

struct FaultCase {
  const char* name;
  Kind kind;
  // Of the path.
  std::string part;
};

class DiskFaultTest : public testing::TestWithParam<FaultCase> {};

INSTANTIATE_TEST_SUITE_P(Operations, DiskFaultTest,
                         testing::Values(FaultCase{"log_write", Kind::kWrite, ".log"},
                                         FaultCase{"log_sync", Kind::kSync, ".log"},
                                         FaultCase{"log_create", Kind::kCreate, ".log"},
                                         FaultCase{"table_create", Kind::kCreate, ".sst"},
                                         FaultCase{"table_write", Kind::kWrite, ".sst"},
                                         FaultCase{"table_sync", Kind::kSync, ".sst"},
                                         FaultCase{"table_delete", Kind::kDelete, ".sst"},
                                         FaultCase{"manifest_create", Kind::kCreate, "MANIFEST"},
                                         FaultCase{"manifest_write", Kind::kWrite, "MANIFEST"},
                                         FaultCase{"manifest_sync", Kind::kSync, "MANIFEST"},
                                         FaultCase{"current_rename", Kind::kRename, "CURRENT"},
                                         FaultCase{"folder_sync", Kind::kSyncFolder, ""},
                                         FaultCase{"mark_write", Kind::kWrite, "MARK"}),
                         [](const auto& fault) { return fault.param.name; });

TEST_P(DiskFaultTest, AfterAFailureNothingIsWrittenAndNothingAcknowledgedIsLost) {
  int refused = 0;
  int unnoticed = 0;
  for (int nth = 1; nth <= 12; ++nth) {
    SCOPED_TRACE(testing::Message() << "operation number " << nth);
    StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed + static_cast<uint64_t>(nth)), kSeed);
    ASSERT_TRUE(store.Open().ok());
    store.disk().OnOperation([&fault = GetParam(), nth, seen = 0](const auto& operation) mutable {
      if (operation.kind != fault.kind || operation.path.find(fault.part) == std::string::npos)
        return rocksdb::IOStatus::OK();
      return ++seen == nth ? rocksdb::IOStatus::IOError(std::string(operation.path), "injected EIO")
                           : rocksdb::IOStatus::OK();
    });
    bool failed = false;
    for (int i = 0; i < kSteps && !failed; ++i) failed = !store.Step();
    if (failed) {
      ++refused;
      EXPECT_EQ(store.refusal(), "STORE_FAILED");
      EXPECT_FALSE(store.store().failure().ok());
      // The disk is well again; the store does not believe it, and shows what was durable.
      const absl::Status again =
          RunOn(store.executor(), store.store().Apply([](Txn&) { return absl::OkStatus(); }));
      EXPECT_EQ(again.code(), absl::StatusCode::kUnavailable) << again;
      const absl::Status read = store.VerifyUnchanged();
      EXPECT_TRUE(read.ok()) << read;
    } else {
      ++unnoticed;
    }
    store.Close();
    store.disk().OnOperation(nullptr);
    // The process alone is started again, or the machine is.
    if (nth % 2 == 0) {
      store.disk().CutPower();
      store.disk().PowerOn();
    }
    absl::Status opened = store.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    opened = store.Verify();
    ASSERT_TRUE(opened.ok()) << opened;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.Step());
  }
  std::printf("[ FAULT    ] %s: %d of 12 ended the store, %d did not matter to it\n",
              GetParam().name, refused, unnoticed);
}

TEST(StoreDiskFaultTest, AReadThatFailsIsAnErrorAndPasses) {
  StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  store.options().block_cache_bytes = 0;
  ASSERT_TRUE(store.Open().ok());
  for (int i = 0; i < kSteps; ++i) ASSERT_TRUE(store.Step());
  store.disk().OnOperation([](const auto& operation) {
    return operation.kind == Kind::kRead && operation.path.ends_with(".sst")
               ? rocksdb::IOStatus::IOError(std::string(operation.path), "injected EIO")
               : rocksdb::IOStatus::OK();
  });
  const absl::Status unreadable = store.Verify();
  EXPECT_THAT(unreadable.ToString(), testing::HasSubstr("injected EIO"));
  store.disk().OnOperation(nullptr);
  const absl::Status readable = store.Verify();
  EXPECT_TRUE(readable.ok()) << readable;
  EXPECT_TRUE(store.Step());
}

// Room on the simulated disk.
class SimulatedDiskSpace final : public DiskSpace {
 public:
  explicit SimulatedDiskSpace(const SimulatedDisk& disk) : disk_(disk) {}
  absl::StatusOr<uint64_t> FreeBytes(const std::string&) override { return disk_.FreeBytes(); }

 private:
  const SimulatedDisk& disk_;
};

TEST(StoreDiskFaultTest, UnderTheFloorWritesAreRefusedBeforeTheLogAndItPassesByItself) {
  constexpr uint64_t kFloor = 512 << 10;
  StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  SimulatedDiskSpace space(store.disk());
  store.options().disk_space = &space;
  store.options().free_space_floor_bytes = kFloor;
  ASSERT_TRUE(store.Open().ok());
  for (int round = 0; round < 5; ++round) {
    store.disk().SetQuota(uint64_t{1} << 40);
    const uint64_t used = (uint64_t{1} << 40) - store.disk().FreeBytes();
    store.disk().SetQuota(used + kFloor + (100 << 10));
    do {
      ASSERT_TRUE(store.Step());
      store.executor().Advance(absl::Seconds(2));
    } while (store.refusal().empty());
    EXPECT_EQ(store.refusal(), "DISK_FULL");
    const absl::Status whole = store.Verify();
    ASSERT_TRUE(whole.ok()) << whole;
    store.disk().SetQuota(uint64_t{1} << 40);
    store.executor().Advance(absl::Seconds(2));
    ASSERT_TRUE(store.Step());
    EXPECT_EQ(store.refusal(), "");
  }
}

TEST(StoreDiskFaultTest, ADiskThatIsFullInTheMiddleOfAWriteEndsTheStoreAndLosesNothing) {
  int ended = 0;
  for (uint64_t room = 1'000; room < 400'000; room += 13'337) {
    SCOPED_TRACE(testing::Message() << room << " bytes of room");
    StoreOnDisk store(std::make_shared<SimulatedDisk>(kSeed + room), kSeed);
    SimulatedDiskSpace space(store.disk());
    store.options().disk_space = &space;
    store.options().free_space_floor_bytes = 0;
    ASSERT_TRUE(store.Open().ok());
    store.disk().SetQuota((uint64_t{1} << 40) - store.disk().FreeBytes() + room);
    bool failed = false;
    for (int i = 0; i < 1000 && !failed; ++i) failed = !store.Step();
    ASSERT_TRUE(failed);
    ++ended;
    EXPECT_EQ(store.refusal(), "STORE_FAILED");
    absl::Status whole = store.VerifyUnchanged();
    EXPECT_TRUE(whole.ok()) << whole;
    store.Close();
    // Without room it may not open, and says so; what is there stays.
    const absl::Status full = store.Open();
    EXPECT_TRUE(full.ok() || full.code() == absl::StatusCode::kInternal) << full;
    store.Close();
    store.disk().SetQuota(uint64_t{1} << 40);
    const absl::Status opened = store.Open();
    ASSERT_TRUE(opened.ok()) << opened;
    whole = store.Verify();
    ASSERT_TRUE(whole.ok()) << whole;
    ASSERT_TRUE(store.Step());
  }
  std::printf("[ FULL     ] %d times in the middle of a write\n", ended);
}

}  // namespace
}  // namespace maru::store
