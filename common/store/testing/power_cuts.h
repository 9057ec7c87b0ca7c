// What tests on a simulated disk share: cutting the power under a workload, and flipping bits.
//
// `Subject` is a StoreOnDisk or what looks like it: disk(), Open(), Close(), Step(), Verify(),
// MovedTo(disk).
#ifndef MARU_COMMON_STORE_TESTING_POWER_CUTS_H_
#define MARU_COMMON_STORE_TESTING_POWER_CUTS_H_

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/store/manifest.h"
#include "common/store/store_testing.h"
#include "common/store/testing/simulated_disk.h"
#include "gtest/gtest.h"

namespace maru::store {

// What the cuts of a test took and left.
struct PowerCuts {
  int cuts = 0;
  int in_recovery = 0;
  int reopenings = 0;
  SimulatedDisk::Survivors survivors;

  void Add(const SimulatedDisk::Survivors& more) {
    ++cuts;
    survivors.torn_files += more.torn_files;
    survivors.kept_files += more.kept_files;
    survivors.names += more.names;
    survivors.kept_names += more.kept_names;
  }
  void Print() const {
    std::printf(
        "[ POWER    ] %d cuts (%d in recovery), %d reopenings; kept something of %d of %d files "
        "with unsynced bytes, and %d of %d unsynced names\n",
        cuts, in_recovery, reopenings, survivors.kept_files, survivors.torn_files,
        survivors.kept_names, survivors.names);
  }
};

// Until a step fails or `steps` are done; then the power is off. False: it was the end of the work.
template <class Subject>
bool WorkUntilTheCut(Subject& subject, int steps) {
  while (steps > 0 && subject.Step()) --steps;
  const bool cut = !subject.disk().powered();
  subject.disk().CutPower();
  subject.Close();
  return cut;
}

// Opens after a cut and compares; on the way there the power may fail again.
template <class Subject>
void Recover(Subject& subject, SeededRandom& random, PowerCuts& cuts) {
  for (int attempt = 0;; ++attempt) {
    cuts.Add(subject.disk().PowerOn());
    if (attempt < 3 && random.Next() % 2 == 0) {
      subject.disk().CutPowerAt(subject.disk().changes() + 1 + random.Next() % 40);
    }
    ++cuts.reopenings;
    absl::Status verified = subject.Open();
    if (verified.ok()) verified = subject.Verify();
    if (verified.ok() && subject.disk().powered()) {
      subject.disk().CutPowerAt(SimulatedDisk::kNever);
      return;
    }
    ASSERT_FALSE(subject.disk().powered()) << verified;
    ++cuts.in_recovery;
    subject.Close();
  }
}

// Flips one bit at a time in copies of a closed database, opens them and compares.
template <class Subject>
class BitRot {
 public:
  struct Found {
    int at_open = 0;
    int by_reading = 0;
    int harmless = 0;
    int all() const { return at_open + by_reading; }
  };

  BitRot(const Subject& subject, SimulatedDisk& disk, uint64_t seed)
      : subject_(subject), disk_(disk), random_(seed) {}

  // In each file: every byte of both ends, where formats keep headers and footers, and some in
  // between, about `stride` apart; everything that could make a record of the manifest look cut
  // off.
  void FlipEverywhere(uint64_t ends, uint64_t stride) {
    for (const auto& [path, bytes] : disk_.Files()) {
      uint64_t step = 1;
      for (uint64_t byte = 0; byte < bytes.size(); byte += step) {
        const bool middle = byte >= ends && byte + ends < bytes.size();
        step = middle ? std::min(1 + random_.Next() % (2 * stride), bytes.size() - ends - byte) : 1;
        Flip(path, byte * 8 + random_.Next() % 8);
      }
    }
    FlipRecordHeaders();
    for (const auto& [kind, found] : found_) {
      std::printf("[ BIT ROT  ] %-10s %5d found at open, %5d by reading, %5d harmless\n",
                  kind.c_str(), found.at_open, found.by_reading, found.harmless);
    }
  }
  // Length and type of each record of the manifest: what makes a record look cut off.
  void FlipRecordHeaders() {
    constexpr uint64_t kLengthAt = 4;
    constexpr uint64_t kHeader = 7;
    for (const auto& [path, bytes] : disk_.Files()) {
      if (path.find("/MANIFEST-") == std::string::npos) continue;
      for (uint64_t end = 0; end < bytes.size(); ++end) {
        if (ReadableBytes(std::string_view(bytes).substr(0, end)) != end) continue;
        for (uint64_t bit = kLengthAt * 8; bit < kHeader * 8; ++bit) Flip(path, end * 8 + bit);
      }
    }
  }
  // ".sst", "MANIFEST"
  const Found& found(const std::string& kind) { return found_[kind]; }

 private:
  static std::string KindOf(const std::string& name) {
    const size_t dot = name.rfind('.');
    return dot != std::string::npos ? name.substr(dot) : name.substr(0, name.find('-'));
  }

  void Flip(const std::string& path, uint64_t bit) {
    const std::string name = path.substr(path.rfind('/') + 1);
    SCOPED_TRACE(testing::Message() << name << ", bit " << bit);
    const std::shared_ptr<SimulatedDisk> disk = disk_.Copy(bit);
    disk->FlipBit(path, bit);
    const auto damaged = subject_.MovedTo(disk);
    absl::Status said = damaged->Open();
    const bool opened = said.ok();
    if (opened) said = damaged->Verify();
    Found& found = found_[KindOf(name)];
    ++(said.ok() ? found.harmless : opened ? found.by_reading : found.at_open);
    if (said.ok()) return;
    EXPECT_TRUE(absl::IsDataLoss(said)) << said;
    // RocksDB does not say which blob file it read; the key that it belongs to is named.
    if (name.ends_with(".blob")) return;
    EXPECT_NE(said.ToString().find(name), std::string::npos) << said;
  }

  const Subject& subject_;
  SimulatedDisk& disk_;
  SeededRandom random_;
  std::map<std::string, Found> found_;
};

}  // namespace maru::store

#endif  // MARU_COMMON_STORE_TESTING_POWER_CUTS_H_
