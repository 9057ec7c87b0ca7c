// Goal: log lines are JSON whatever is logged, and whole whoever logs; randomness does not repeat;
// a token is written in one way.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/base64url.h"
#include "common/base/log.h"
#include "common/base/os.h"

namespace maru {
namespace {

class FixedClock final : public Clock {
 public:
  Instant Now() const override { return Instant(); }
  absl::Time WallNow() const override { return absl::FromUnixMillis(1'800'000'000'123); }
};

class LogTest : public testing::Test {
 protected:
  LogTest() : path_(absl::StrCat(testing::TempDir(), "/log_test.", getpid())) {
    fd_ = open(path_.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
  }
  ~LogTest() override {
    close(fd_);
    unlink(path_.c_str());
  }
  std::vector<nlohmann::json> Lines() {
    std::string text(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    std::vector<nlohmann::json> lines;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(std::string(line), nullptr, false));
      EXPECT_FALSE(lines.back().is_discarded()) << line;
    }
    return lines;
  }

  std::string path_;
  int fd_ = -1;
  FixedClock clock_;
};

TEST_F(LogTest, WritesJsonLines) {
  Logger logger(fd_, LogLevel::kInfo, "datecourse-review", clock_);
  logger.Log(LogLevel::kError, "말썽 \"크다\"\n", "0af7651916cd43dd8448eb211c80319c",
             {{"method", "a/B"}, {"duration_us", 42}, {"share", 0.5}, {"retried", true}});
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], (nlohmann::json{{"time", "2027-01-15T08:00:00.123Z"},
                                      {"level", "error"},
                                      {"message", "말썽 \"크다\"\n"},
                                      {"deployment", "datecourse-review"},
                                      {"trace_id", "0af7651916cd43dd8448eb211c80319c"},
                                      {"method", "a/B"},
                                      {"duration_us", 42},
                                      {"share", 0.5},
                                      {"retried", true}}));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  Logger logger(fd_, LogLevel::kWarning, "d", clock_);
  EXPECT_FALSE(logger.Enabled(LogLevel::kInfo));
  logger.Info("no");
  logger.Warning("yes");
  logger.SetLevel(LogLevel::kOff);
  logger.Error("no");
  ASSERT_EQ(Lines().size(), 1u);
}

TEST_F(LogTest, BytesThatAreNoTextStayJson) {
  Logger logger(fd_, LogLevel::kInfo, "d", clock_);
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  logger.Info(every, {{"cut", std::string_view("한글").substr(0, 4)},
                      {"overlong", "\xC0\x80"},
                      {"surrogate", "\xED\xA0\x80"}});
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["cut"], "한\uFFFD");
  EXPECT_EQ(lines[0]["overlong"], "\uFFFD\uFFFD");
  EXPECT_EQ(lines[0]["surrogate"], "\uFFFD\uFFFD\uFFFD");
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  Logger logger(fd_, LogLevel::kInfo, "d", clock_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&logger, t] {
      for (int i = 0; i < 100; ++i) logger.Info("line", {{"thread", t}, {"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Lines().size(), 400u);
}

TEST_F(LogTest, SaysHowManyLinesWereLost) {
  // A socket whose buffer is full refuses lines until somebody reads.
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
  Logger logger(pair[0], LogLevel::kInfo, "d", clock_);
  for (int i = 0; i < 10'000; ++i) logger.Info("line");
  std::string line(4096, '\0');
  while (recv(pair[1], line.data(), line.size(), 0) > 0) {
  }
  logger.Info("room again");
  const ssize_t length = recv(pair[1], line.data(), line.size(), 0);
  ASSERT_GT(length, 0);
  const auto json =
      nlohmann::json::parse(line.substr(0, static_cast<size_t>(length)), nullptr, false);
  EXPECT_GT(json["dropped"].get<int>(), 0);
  close(pair[0]);
  close(pair[1]);
}

TEST(LogLevelTest, ParsesItsNames) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError, LogLevel::kOff}) {
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  }
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

TEST(Base64UrlTest, EveryTextOfBytesHasOneEncoding) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\xff\xfe", "한강"}) {
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes);
  }
  EXPECT_EQ(EncodeBase64Url("a"), "YQ");
  // Stray bits, padding, white space and control characters, the other alphabet, half a byte.
  for (const char* text : {"YR", "YQ==", "YQ.", "Y Q", " YQ", "YQ\n", "Y\x10Q", "/w", "Y"}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
}

TEST(OsRandomTest, DoesNotRepeat) {
  OsRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(random.Next());
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(OsClockTest, MovesForward) {
  OsClock clock;
  const Instant before = clock.Now();
  EXPECT_LE(before, clock.Now());
}

}  // namespace
}  // namespace maru
