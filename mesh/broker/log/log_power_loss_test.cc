// Goal: whatever a power cut, a failing or a full disk takes, the log holds each acked record once
// and in order, frames, marks and checksums agree, and incarnations only grow; a flipped bit is
// found.
// Method: a random workload over the broker's engine on a simulated disk; the power is cut instead
// of each change of the disk, also during recovery; all is read and compared with a naive model.
#include <cstdio>
#include <utility>

#include "common/store/testing/power_cuts.h"
#include "gtest/gtest.h"
#include "mesh/broker/log/log_on_disk.h"

namespace maru::broker {
namespace {

using maru::store::BitRot;
using maru::store::PowerCuts;
using maru::store::Recover;
using maru::store::SimulatedDisk;
using maru::store::WorkUntilTheCut;
using Kind = SimulatedDisk::Kind;

constexpr uint64_t kSeed = 20270118;

TEST(LogPowerLossTest, EveryChangeOfTheDiskMayBeTheLast) {
  constexpr uint64_t kEvery = 1;
  constexpr int kSteps = 120;
  PowerCuts cuts;
  bool reached = true;
  for (uint64_t cut = 1; reached; cut += kEvery) {
    SCOPED_TRACE(testing::Message() << "power cut instead of change " << cut);
    maru::store::SeededRandom random(kSeed + cut);
    LogOnDisk log(std::make_shared<SimulatedDisk>(random.Next()), kSeed);
    log.disk().CutPowerAt(cut);
    const absl::Status opened = log.Open();
    ASSERT_TRUE(opened.ok() || !log.disk().powered()) << opened;
    if (opened.ok()) reached = WorkUntilTheCut(log, kSteps);
    ASSERT_NO_FATAL_FAILURE(Recover(log, random, cuts));
    // And it goes on.
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(log.Step());
  }
  cuts.Print();
  EXPECT_GE(cuts.cuts, 500);
}

// One log that lives through all of it: what a cut left is what the next one finds.
TEST(LogPowerLossTest, ALogOutlivesHundredsOfCuts) {
  constexpr int kCuts = 200;
  PowerCuts cuts;
  maru::store::SeededRandom random(kSeed);
  LogOnDisk log(std::make_shared<SimulatedDisk>(random.Next()), kSeed);
  ASSERT_TRUE(log.Open().ok());
  while (cuts.cuts < kCuts) {
    SCOPED_TRACE(testing::Message() << "cut " << cuts.cuts);
    log.disk().CutPowerAt(log.disk().changes() + 1 + random.Next() % 80);
    WorkUntilTheCut(log, 1000);
    ASSERT_NO_FATAL_FAILURE(Recover(log, random, cuts));
  }
  cuts.Print();
}

struct FaultCase {
  const char* name;
  Kind kind;
  // Of the path.
  std::string part;
};

class LogDiskFaultTest : public testing::TestWithParam<FaultCase> {};

INSTANTIATE_TEST_SUITE_P(Operations, LogDiskFaultTest,
                         testing::Values(FaultCase{"log_write", Kind::kWrite, ".log"},
                                         FaultCase{"log_sync", Kind::kSync, ".log"},
                                         FaultCase{"blob_write", Kind::kWrite, ".blob"},
                                         FaultCase{"blob_sync", Kind::kSync, ".blob"},
                                         FaultCase{"table_sync", Kind::kSync, ".sst"},
                                         FaultCase{"manifest_sync", Kind::kSync, "MANIFEST"}),
                         [](const auto& fault) { return fault.param.name; });

TEST_P(LogDiskFaultTest, AfterAFailureEverythingIsRefusedAndNothingAckedIsLost) {
  int ended = 0;
  for (int nth = 1; nth <= 8; ++nth) {
    SCOPED_TRACE(testing::Message() << "operation number " << nth);
    LogOnDisk log(std::make_shared<SimulatedDisk>(kSeed + static_cast<uint64_t>(nth)), kSeed);
    ASSERT_TRUE(log.Open().ok());
    log.disk().OnOperation([&fault = GetParam(), nth, seen = 0](const auto& operation) mutable {
      const bool met =
          operation.kind == fault.kind && operation.path.find(fault.part) != std::string::npos;
      return met && ++seen == nth
                 ? rocksdb::IOStatus::IOError(std::string(operation.path), "injected EIO")
                 : rocksdb::IOStatus::OK();
    });
    bool failed = false;
    for (int i = 0; i < 300 && !failed; ++i) failed = !log.Step();
    if (failed) {
      ++ended;
      EXPECT_EQ(log.refusal(), "LOG_FAILED");
      EXPECT_FALSE(log.log().failure().ok());
    }
    log.Close();
    log.disk().OnOperation(nullptr);
    // The process alone is started again, or the machine is.
    if (nth % 2 == 0) {
      log.disk().CutPower();
      log.disk().PowerOn();
    }
    absl::Status whole = log.Open();
    ASSERT_TRUE(whole.ok()) << whole;
    whole = log.Verify();
    ASSERT_TRUE(whole.ok()) << whole;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(log.Step());
  }
  std::printf("[ FAULT    ] %s: %d of 8 ended the log\n", GetParam().name, ended);
}

TEST(LogBitRotTest, AFlippedBitIsFoundAndItsFileNamedOrItDoesNotMatter) {
  LogOnDisk log(std::make_shared<SimulatedDisk>(kSeed), kSeed);
  ASSERT_TRUE(log.Open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(log.Step());
  ASSERT_TRUE(log.Open().ok());
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(log.Step());
  log.Close();

  BitRot rot(log, log.disk(), kSeed);
  rot.FlipEverywhere(/*ends=*/40, /*stride=*/1000);
  EXPECT_GT(rot.found(".log").all(), 0);
  EXPECT_GT(rot.found(".sst").all(), 0);
  EXPECT_GT(rot.found(".blob").all(), 0);
  EXPECT_GT(rot.found("MANIFEST").all(), 0);
}

}  // namespace
}  // namespace maru::broker
