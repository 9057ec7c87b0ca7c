// Goal: a process that stands still costs its callers their deadline at most, and 50 ms once the
// breaker is open; it is back within one open interval after it goes on; a member of a group that
// hangs loses its partitions, and what it does afterwards changes nothing twice. Method: SIGSTOP
// and SIGCONT of real processes under a load; all checkers at the end.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/harness/checkers.h"
#include "tests/harness/fixture.h"
#include "tests/harness/load.h"
#include "tests/harness/metrics.h"
#include "tests/torture/reviewers.h"
#include "tests/torture/torture.h"

namespace maru::harness {
namespace {

// The contract of CheckReviewEligibility, and room for a busy machine.
constexpr absl::Duration kCheckDeadline = absl::Milliseconds(600);
constexpr absl::Duration kRoom = absl::Seconds(1);
// domain.md, "Sync call contract". A few may wait for a processor.
constexpr absl::Duration kOpenRefusal = absl::Milliseconds(50);
constexpr double kMayBeLater = 0.05;
// The first open interval.
constexpr absl::Duration kOpenInterval = absl::Seconds(5);
constexpr absl::Duration kSessionTimeout = absl::Seconds(15);
constexpr int kReviewers = 20;

constexpr Method<broker::v1::ListGroupsRequest, broker::v1::ListGroupsResponse> kListGroups{
    kBroker, "/maru.broker.v1.BrokerAdminService/ListGroups"};

uint64_t Seed() { return static_cast<uint64_t>(testing::UnitTest::GetInstance()->random_seed()); }

class PauseStormTest : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (HasFatalFailure()) return;
    LoadOptions options;
    options.seed = Seed();
    // Few reviews of its own: see Reviewers.
    options.think = absl::Milliseconds(40);
    auto load = Load::Begin(system(), options);
    ASSERT_TRUE(load.ok()) << load.status();
    load_ = *std::move(load);
    schedule::RegisterScheduleRequest request;
    request.set_title("북촌 한옥 골목");
    const auto course = Actor(system(), "host", "hana").Call(kRegisterSchedule, request);
    ASSERT_TRUE(course.ok()) << course;
    own_.Registered(course.reply);
    course_id_ = course.reply.id();
  }

  void TearDown() override {
    load_.reset();
    SystemTest::TearDown();
  }

  Load& load() { return *load_; }
  const std::string& course_id() const { return course_id_; }

  // 0 closed, 1 half-open, 2 open.
  double BreakerState() {
    const auto metrics = ReadMetrics(system().metrics_address(kReview));
    EXPECT_TRUE(metrics.ok()) << metrics.status();
    return metrics.ok() ? metrics->Sum("maru_breaker_state") : -1;
  }
  std::string AwaitBreaker(double state, absl::Duration within) {
    return Eventually(within, [&] {
      const double now = BreakerState();
      return now == state ? "" : absl::StrCat("the breaker's state is ", now);
    });
  }

  broker::v1::Group MessageGroup() {
    const auto groups =
        Actor(system(), "admin", "root").Call(kListGroups, broker::v1::ListGroupsRequest());
    EXPECT_TRUE(groups.ok()) << groups;
    for (const broker::v1::Group& group : groups.reply.groups()) {
      if (group.name() == absl::StrCat(kMessage, "/policies")) return group;
    }
    ADD_FAILURE() << "no group of " << kMessage << ": " << groups.reply.ShortDebugString();
    return {};
  }

  void ExpectExact() {
    load_->Finish();
    EXPECT_EQ(load_->problems(), "");
    Ledger all = load_->ledger();
    all.Merge(own_);
    EXPECT_EQ(CheckExact(system(), all), "");
  }

 private:
  Ledger own_;
  std::string course_id_;
  std::unique_ptr<Load> load_;
};

// All that began in a time and ended in it was refused at once.
void ExpectRefusedAtOnce(const std::vector<Reviewers::Sample>& samples, absl::Time from,
                         absl::Time until) {
  int all = 0;
  int late = 0;
  for (const auto& sample : samples) {
    if (sample.began < from || sample.ended() > until) continue;
    ++all;
    late += sample.outcome.took > kOpenRefusal;
    EXPECT_EQ(sample.outcome.reason(), "CALLEE_UNAVAILABLE") << sample.outcome;
  }
  EXPECT_GE(all, kReviewers);
  EXPECT_LE(late, kMayBeLater * all) << "of " << all;
}

// From `continued` until schedule answers again: no longer than those who were refused around that
// moment were told to wait.
void ExpectBackWithinTheOpenInterval(const std::vector<Reviewers::Sample>& samples,
                                     absl::Time continued) {
  absl::Time told = continued;
  absl::Time answered = absl::InfiniteFuture();
  for (const auto& sample : samples) {
    if (sample.ended() < continued + kRoom && sample.outcome.retry_delay.has_value()) {
      told = std::max(told, sample.ended() + *sample.outcome.retry_delay);
    }
    if (sample.ended() > continued && sample.answered()) {
      answered = std::min(answered, sample.ended());
    }
  }
  EXPECT_LT(answered, told + kRoom)
      << "back after " << answered - continued << ", told was " << told - continued;
}

TEST_F(PauseStormTest, AScheduleThatHangsCostsItsCallersTheirDeadlineThenNothingAndComesBack) {
  Reviewers reviewers(system(), course_id(), kReviewers);
  const auto answered = [&] {
    for (const auto& sample : reviewers.samples()) {
      if (sample.answered()) return "";
    }
    return "no review was answered";
  };
  ASSERT_EQ(Eventually(absl::Seconds(5), answered), "");
  const absl::Time suspended = absl::Now();
  system().Suspend(kMessage);
  system().Suspend(kSchedule);

  // It opens, probes a schedule that still hangs, and opens again.
  ASSERT_EQ(AwaitBreaker(2, absl::Seconds(15)), "");
  const absl::Time opened = absl::Now();
  EXPECT_EQ(load().AwaitMore(50), "") << "what needs nobody goes on";
  ASSERT_EQ(AwaitBreaker(1, kOpenInterval + kRoom), "");
  const absl::Time probed = absl::Now();
  ASSERT_EQ(AwaitBreaker(2, kCheckDeadline + kRoom), "");
  system().Resume(kSchedule);
  const absl::Time continued = absl::Now();
  EXPECT_EQ(AwaitBreaker(0, 3 * kOpenInterval + kRoom), "");

  // The broker gives up a member that says nothing, and takes it back.
  EXPECT_EQ(Eventually(suspended + kSessionTimeout + 3 * kRoom - absl::Now(),
                       [&] { return MessageGroup().members().empty() ? "" : "still a member"; }),
            "");
  system().Resume(kMessage);

  reviewers.Stop();
  const auto samples = reviewers.samples();
  for (const auto& sample : samples) {
    EXPECT_LT(sample.outcome.took, kCheckDeadline + kRoom) << sample.outcome;
  }
  ExpectRefusedAtOnce(samples, opened, std::min(probed, opened + kOpenInterval * 0.8));
  ExpectBackWithinTheOpenInterval(samples, continued);
  ExpectExact();
  EXPECT_EQ(MessageGroup().members_size(), 1);
}

TEST(RandomPausesTest, EverythingIsExactAndCallersComeBackByThemselves) {
  TortureOptions options;
  options.system.folder = absl::StrCat(testing::TempDir(), "/pause_storm");
  std::filesystem::remove_all(options.system.folder);
  options.storm = OnlyPauses();
  options.storm.seed = Seed();
  options.storm.pause = {absl::Seconds(1), absl::Seconds(3)};
  options.storm.calm = {absl::Milliseconds(100), absl::Milliseconds(1500)};
  options.strikes = options.strikes_per_round = 16;
  const auto torture = Torture::Begin(options);
  ASSERT_TRUE(torture.ok()) << torture.status();

  const TortureReport report = (*torture)->Run();
  EXPECT_EQ(report.violations, "") << "seed " << options.storm.seed << "\n"
                                   << (*torture)->system().LogTails(/*lines=*/30);
  EXPECT_GE(report.tally.AllPauses(), options.strikes);
  for (const auto& [process, of] : report.availability) {
    EXPECT_LT(of.longest_outage, options.storm.pause.second + kRoom) << process;
  }
  const absl::Status stopped = (*torture)->system().StopAll();
  EXPECT_TRUE(stopped.ok()) << stopped;
  if (!HasFailure()) std::filesystem::remove_all(options.system.folder);
}

}  // namespace
}  // namespace maru::harness
