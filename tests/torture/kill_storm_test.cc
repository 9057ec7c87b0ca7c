// Goal: no acknowledged command is lost or done twice, and everything comes to rest exactly as it
// was acknowledged, however many processes are killed, together, again while they recover, or in
// the middle of their shutdown. Method: storms of SIGKILL over real processes under a load that
// retries until it knows each outcome; all checkers after each storm.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "tests/torture/torture.h"

namespace maru::harness {
namespace {

// Runs a torture, and says how it went.
void Play(TortureOptions options, const std::function<void(const TortureReport&)>& expect) {
  options.system.folder = absl::StrCat(
      testing::TempDir(), "/", testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::remove_all(options.system.folder);
  options.storm.seed = static_cast<uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  options.storm.paused = 0;
  const auto torture = Torture::Begin(options);
  ASSERT_TRUE(torture.ok()) << torture.status();

  const TortureReport report = (*torture)->Run();
  EXPECT_EQ(report.violations, "") << "seed " << options.storm.seed << "\n"
                                   << (*torture)->system().LogTails(/*lines=*/30);
  expect(report);
  const absl::Status stopped = (*torture)->system().StopAll();
  EXPECT_TRUE(stopped.ok()) << stopped;
  std::printf("%d kills, %d commands, %d checks in %s\n", report.tally.AllKills(),
              static_cast<int>(report.acknowledged), report.checks,
              absl::FormatDuration(report.took).c_str());
  if (!testing::Test::HasFailure()) std::filesystem::remove_all(options.system.folder);
}

TEST(KillStormTest, EverythingIsExactAfterAHundredKills) {
  constexpr int kKills = 120;
  TortureOptions options;
  options.duration = absl::Minutes(3);
  options.strikes = kKills;
  options.strikes_per_round = kKills / 3;
  Play(options, [](const TortureReport& report) {
    EXPECT_GE(report.tally.AllKills(), 100);
    EXPECT_GT(report.tally.kills_while_starting, 0);
    EXPECT_GE(report.checks, 3);
  });
}

TEST(KillStormTest, AllSystemsOnOneBrokerAreExactAfterAStorm) {
  TortureOptions options;
  options.system.systems = {};
  options.duration = absl::Seconds(30);
  options.strikes = options.strikes_per_round = 150;
  // One after the other takes them longer than all the rest.
  options.storm.rolling_restart = 0;
  Play(options, [](const TortureReport& report) {
    EXPECT_GE(report.tally.AllKills(), 20);
    EXPECT_EQ(report.checks, 1);
  });
}

}  // namespace
}  // namespace maru::harness
