// Goal: a server ends in order on a signal, at once on a second one, and tells its supervisor why
// it ended.
#include "mesh/context/run.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/service/exit_code.h"
#include "gtest/gtest.h"
#include "maru/config/v1/config.pb.h"
#include "mesh/context/context_config.h"

namespace maru::mesh {
namespace {

// Says on standard error what happens to it.
class Spoken final : public Serving {
 public:
  explicit Spoken(absl::Status failure) : failure_(std::move(failure)) {}
  ~Spoken() override { std::fputs("destroyed;", stderr); }
  async::Task<void> Shutdown() override {
    std::fputs("shutdown;", stderr);
    if (hang) {
      kill(getpid(), SIGTERM);
      while (true) pause();
    }
    co_return;
  }
  absl::Status failure() const override { return failure_; }

  bool hang = false;

 private:
  const absl::Status failure_;
};

using Started = absl::StatusOr<std::unique_ptr<Serving>>;
using Start = std::function<Started(std::function<void()> failed)>;

async::Task<Started> Ready(Started started) { co_return started; }

[[noreturn]] void RunAndExit(std::vector<std::string> flags, Start start) {
  config::v1::BrokerConfig config;
  service::ConfigSources sources;
  sources.program = "maru-test";
  sources.flags = std::move(flags);
  const int code = RunProgram({.sources = sources,
                               .rules = BrokerRules(),
                               .config = config,
                               .start = [&](Host&, std::vector<std::string>, auto failed) {
                                 return Ready(start(std::move(failed)));
                               }});
  std::fputs("returned", stderr);
  // Not exit: nothing of the test runs twice.
  std::fflush(stderr);
  _exit(code);
}

TEST(RunDeathTest, SignalEndsInOrder) {
  EXPECT_EXIT(RunAndExit({},
                         [](auto) {
                           kill(getpid(), SIGTERM);
                           return std::make_unique<Spoken>(absl::OkStatus());
                         }),
              testing::ExitedWithCode(service::kExitOk), "shutdown;destroyed;returned");
}

TEST(RunDeathTest, ASecondSignalEndsAtOnce) {
  EXPECT_EXIT(RunAndExit({},
                         [](auto) {
                           kill(getpid(), SIGINT);
                           auto running = std::make_unique<Spoken>(absl::OkStatus());
                           running->hang = true;
                           return running;
                         }),
              testing::KilledBySignal(SIGTERM), "shutdown;$");
}

TEST(RunDeathTest, FailureOfTheStoreHasItsOwnCode) {
  EXPECT_EXIT(RunAndExit({},
                         [](auto failed) {
                           failed();
                           return std::make_unique<Spoken>(absl::InternalError("fsync"));
                         }),
              testing::ExitedWithCode(service::kExitStoreFailed), "^destroyed;returned");
}

TEST(RunDeathTest, BadConfigurationHasItsOwnCode) {
  EXPECT_EXIT(RunAndExit({"--listen=here", "--colour=blue"},
                         [](auto) -> Started {
                           std::fputs("started", stderr);
                           return absl::InternalError("");
                         }),
              testing::ExitedWithCode(service::kExitBadConfig),
              "^3 bad values in the configuration of maru-test");
}

TEST(RunDeathTest, StartThatFailsSaysWhyAndWhatKind) {
  EXPECT_EXIT(
      RunAndExit(
          {}, [](auto) -> Started { return absl::FailedPreconditionError("the port is in use"); }),
      testing::ExitedWithCode(service::kExitCannotServe), "maru-test: the port is in use");
  EXPECT_EXIT(RunAndExit({}, [](auto) -> Started { return absl::DataLossError("damaged"); }),
              testing::ExitedWithCode(service::kExitStoreFailed), "maru-test: damaged");
}

TEST(RunDeathTest, HelpAndPrintedConfigurationEndWell) {
  for (const char* flag : {"--help", "--print-config"}) {
    EXPECT_EXIT(RunAndExit({flag}, [](auto) -> Started { return absl::InternalError("started"); }),
                testing::ExitedWithCode(service::kExitOk), "^returned");
  }
}

}  // namespace
}  // namespace maru::mesh
