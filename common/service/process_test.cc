// Goal: a process is told to stop once, in order, and shows itself to Prometheus.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/service/metrics_server.h"
#include "common/service/open_files.h"
#include "common/service/process_metrics.h"
#include "common/service/stop_signals.h"
#include "common/service/testing/http_get.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/counter.h"
#include "prometheus/registry.h"

namespace maru::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(StopSignalsTest, WaitReturnsTheSignalAlsoAnEarlyOne) {
  StopSignals signals;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(signals.Wait(), SIGTERM);
  std::thread sender([] { kill(getpid(), SIGINT); });
  EXPECT_EQ(signals.Wait(), SIGINT);
  sender.join();
}

TEST(StopSignalsTest, WakeUpEndsTheWait) {
  StopSignals signals;
  signals.WakeUp();
  EXPECT_EQ(signals.Wait(), 0);
  std::thread waker([&] { signals.WakeUp(); });
  EXPECT_EQ(signals.Wait(), 0);
  waker.join();
}

TEST(StopSignalsDeathTest, ASecondSignalEndsAtOnce) {
  EXPECT_EXIT(
      {
        StopSignals signals;
        kill(getpid(), SIGTERM);
        signals.Wait();
        signals.Release();
        kill(getpid(), SIGTERM);
        while (true) pause();
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(MetricsServerTest, ServesRegistryAndProcess) {
  auto registry = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name("maru_test_total")
      .Help("번호")
      .Register(*registry)
      .Add({})
      .Increment(3);
  const auto server =
      MetricsServer::Start("127.0.0.1:0", {registry, std::make_shared<ProcessMetrics>()});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(
      HttpGet((*server)->port(), "/metrics"),
      AllOf(HasSubstr("HTTP/1.1 200 OK"), HasSubstr("maru_test_total 3"),
            HasSubstr("process_resident_memory_bytes"), HasSubstr("process_cpu_seconds_total"),
            HasSubstr("process_open_fds"), HasSubstr("process_start_time_seconds")));
}

TEST(MetricsServerTest, KnowsOnlyOnePathAndMethod) {
  const auto server = MetricsServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics?name=x"), HasSubstr("200 OK"));
  EXPECT_THAT(HttpGet((*server)->port(), "/"), HasSubstr("404 Not Found"));
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics/"), HasSubstr("404 Not Found"));
  EXPECT_THAT(HttpRequest((*server)->port(), "POST /metrics HTTP/1.1\r\n\r\n"),
              HasSubstr("405 Method"));
  EXPECT_EQ(HttpRequest((*server)->port(), std::string(10'000, 'x')), "");
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics"), HasSubstr("200 OK"));
}

TEST(MetricsServerTest, AddressThatCannotBeListenedOnIsAnError) {
  for (const char* address : {"127.0.0.1", "192.0.2.1:0", "127.0.0.1:metrics"}) {
    const auto server = MetricsServer::Start(address, {});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition) << address;
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(address));
  }
}

TEST(MetricsServerTest, AddressInUseIsAnError) {
  const auto first = MetricsServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(first.ok());
  const std::string address = absl::StrCat("127.0.0.1:", (*first)->port());
  const auto second = MetricsServer::Start(address, {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(address));
}

TEST(ProcessMetricsTest, ValuesAreOfThisProcess) {
  double threads = 0, resident = 0, started = 0;
  for (const prometheus::MetricFamily& family : ProcessMetrics().Collect()) {
    const double value = family.metric.front().gauge.value;
    if (family.name == "process_threads") threads = value;
    if (family.name == "process_resident_memory_bytes") resident = value;
    if (family.name == "process_start_time_seconds") started = value;
  }
  EXPECT_GE(threads, 1);
  EXPECT_GT(resident, 1 << 20);
  const auto now = static_cast<double>(time(nullptr));
  EXPECT_GT(started, now - 3600);
  EXPECT_LE(started, now + 2);
}

TEST(OpenFilesTest, RaisesAndNeverLowers) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(RaiseOpenFiles(1), before.rlim_cur);
  if (before.rlim_max > before.rlim_cur) {
    EXPECT_EQ(RaiseOpenFiles(before.rlim_cur + 1), before.rlim_cur + 1);
  }
}

}  // namespace
}  // namespace maru::service
