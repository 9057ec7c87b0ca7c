// Goal: however maru-torture ends, it leaves no process behind.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/harness/processes.h"
#include "tests/harness/system.h"

namespace maru::harness {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// Processes whose command line names `text`.
int ProcessesThatName(const std::string& text) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(text) != std::string::npos) ++count;
  }
  return count;
}

TEST(TortureProgramTest, LeavesNoProcessBehindWhenItIsInterruptedOrKilled) {
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    SCOPED_TRACE(signal);
    const std::string folder = absl::StrCat(testing::TempDir(), "/interrupted-", signal);
    std::filesystem::remove_all(folder);
    Process program({ProgramPath("maru-torture"), absl::StrCat("--folder=", folder),
                     "--duration=1m", "--seed=7"},
                    absl::StrCat(testing::TempDir(), "/interrupted-", signal, ".log"));
    ASSERT_TRUE(program.Start().ok());
    // It and its six processes.
    const auto all_run = [&] {
      const int count = ProcessesThatName(folder);
      return count >= 7 ? "" : absl::StrCat("only ", count, " processes");
    };
    ASSERT_EQ(Eventually(kPatience, all_run), "");
    program.Signal(signal);
    const auto all_ended = [&] {
      const int count = ProcessesThatName(folder);
      return count == 0 ? "" : absl::StrCat(count, " processes are left");
    };
    EXPECT_EQ(Eventually(kPatience, all_ended), "");
    std::filesystem::remove_all(folder);
  }
}

}  // namespace
}  // namespace maru::harness
