#include "common/store/ids.h"

#include "common/store/store_testing.h"
#include "gtest/gtest.h"

namespace maru::store {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

TEST(IdSourceTest, IdsGrowThoughTheClockStandsStillOrGoesBack) {
  SeededRandom random;
  IdSource ids(random);
  std::string last;
  for (const absl::Duration at :
       {absl::ZeroDuration(), absl::ZeroDuration(), -absl::Hours(1), absl::Milliseconds(1),
        -absl::Hours(10'000'000), absl::Hours(1)}) {
    for (int i = 0; i < 1000; ++i) {
      const std::string id = ids.Next(kStart + at);
      ASSERT_LT(last, id);
      last = id;
    }
  }
}

TEST(IdSourceTest, IdsGoOnBehindWhatWasSaved) {
  SeededRandom random;
  IdSource ids(random);
  const std::string last = ids.Next(kStart);
  IdSource restored(random);
  ASSERT_TRUE(restored.Restore(ids.Save()));
  EXPECT_GT(restored.Next(kStart - absl::Hours(1)), last);
  EXPECT_EQ(ids.Save().size(), 16u);
}

TEST(IdSourceTest, WhatIsNoIdIsNotRestored) {
  SeededRandom random;
  IdSource ids(random);
  EXPECT_TRUE(ids.Restore(""));
  EXPECT_FALSE(ids.Restore("short"));
  EXPECT_FALSE(ids.Restore(std::string(16, '\0')));
}

TEST(IdSourceTest, TheTimeOfAnIdIsThatOfTheClock) {
  SeededRandom random;
  IdSource ids(random);
  // 1,800,000,000,000 ms = 0x01a3185c5000.
  EXPECT_EQ(ids.Next(kStart).substr(0, 13), "01a3185c-5000");
}

}  // namespace
}  // namespace maru::store
