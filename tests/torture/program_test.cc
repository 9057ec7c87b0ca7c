// Goal: however `tools/maru torture` ends, it leaves no process behind.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

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
    const std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    std::ostringstream line;
    // Of one that has just ended nothing can be read: that is no error here.
    line << file.rdbuf();
    if (line.str().find(text) != std::string::npos) ++count;
  }
  return count;
}

int FoldersIn(const std::string& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    count += entry.is_directory();
  return count;
}

TEST(TortureProgramTest, LeavesNoProcessBehindWhenItIsInterruptedOrKilled) {
  const std::string preset =
      std::filesystem::path(ProgramPath("x")).parent_path().parent_path().filename();
  for (const int signal : {SIGINT, SIGTERM, SIGKILL}) {
    SCOPED_TRACE(signal);
    const std::string state =
        std::filesystem::path(absl::StrCat(testing::TempDir(), "/interrupted-", signal))
            .lexically_normal();
    std::filesystem::remove_all(state);
    std::filesystem::create_directories(state);
    Process verb({"/usr/bin/env", "python3", absl::StrCat(SourceFolder(), "/tools/maru"), "torture",
                  "--no-build", "--preset", preset, "--systems", "datecourse", "--minutes", "1",
                  "--state", state},
                 absl::StrCat(state, "/log"));
    ASSERT_TRUE(verb.Start().ok());
    // The verb, the program and its six processes.
    const auto all_run = [&] {
      const int count = ProcessesThatName(state);
      return count >= 8 ? "" : absl::StrCat("only ", count, " processes");
    };
    ASSERT_EQ(Eventually(kPatience, all_run), "");
    verb.Signal(signal);
    const auto all_ended = [&] {
      const int count = verb.running() + ProcessesThatName(state);
      return count == 0 ? "" : absl::StrCat(count, " processes are left");
    };
    EXPECT_EQ(Eventually(kPatience, all_ended), "");
    // What can clean up does.
    if (signal != SIGKILL) EXPECT_EQ(FoldersIn(state), 0);
    std::filesystem::remove_all(state);
  }
}

}  // namespace
}  // namespace maru::harness
