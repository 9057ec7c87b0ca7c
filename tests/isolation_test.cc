// Goal: the isolation matrix (domain.md, section 6): while something is down, everything that does
// not need it works as if nothing were, what needs it is refused at once and works again by itself,
// and in the end all is exactly what was acknowledged. Method: real processes under a load of
// people who repeat each command until they know its outcome; SIGKILL in the middle; everything
// that the people of a system can do is tried while it is down: a row names what is refused, all
// else must work. (The rows of datecourse are in datecourse_crash_test.cc.)
#include <algorithm>
#include <atomic>
#include <ostream>
#include <thread>

#include "tests/harness/fixture.h"
#include "tests/isolation/people.h"

namespace maru::harness {
namespace {

// A call to a process that is not there ends at once, not at its deadline.
constexpr absl::Duration kAtOnce = absl::Seconds(1);
// A saga that nobody continues is compensated after 30 s.
constexpr absl::Duration kCatchUp = absl::Seconds(60);
// Lives of the load, begun and ended: before a process is killed, and after it is back.
constexpr int kLives = 25;
constexpr int kThreads = 6;

using Names = std::vector<std::string>;

struct Row {
  std::string system;
  // Deployment without its system; "broker".
  std::string down;
  // By the names of the system's people (tests/isolation).
  Names refused;
};

std::string NameOf(const Row& row) { return absl::StrCat(row.system, "_", row.down); }
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << NameOf(row); }

const Row kRows[] = {
    {"homecleaning", "reservation", {"reserve", "cancel", "reservations"}},
    {"homecleaning", "payment", {"reserve", "register pay method", "payments"}},
    {"homecleaning", "paymethod", {"register pay method", "change pay method", "pay methods"}},
    {"homecleaning", "cleaning", {"clean", "cleanings"}},
    {"homecleaning", "message", {"messages"}},
    {"homecleaning", "dashboard", {"dashboard"}},
    {"homecleaning", "broker", {}},
    {"books", "library", {"warehouse", "warehouse with allow_pending", "renew", "libraries"}},
    {"books", "book", {"warehouse", "books"}},
    {"books", "admin", {"list of books"}},
    {"books", "reservation", {"reserve", "cancel", "reservations"}},
    {"books", "delivery", {"deliveries"}},
    {"books", "mypage", {"my page"}},
    {"books", "broker", {}},
    {"food", "order", {"order", "cancel", "orders"}},
    {"food", "payment", {"order", "payments"}},
    {"food", "store", {"accept", "tickets"}},
    {"food", "delivery", {"pick up", "deliveries"}},
    {"food", "dashboard", {"dashboard"}},
    {"food", "broker", {}},
    {"fashion", "product", {"order", "add stock", "products"}},
    {"fashion", "order", {"order", "cancel", "orders"}},
    {"fashion", "payment", {"order", "payments"}},
    {"fashion", "store", {"accept", "set auto accept", "store orders"}},
    {"fashion", "delivery", {"complete", "deliveries"}},
    {"fashion", "orderview", {"order statuses"}},
    {"fashion", "broker", {}},
};

std::unique_ptr<People> PeopleOf(const std::string& name, System& system) {
  if (name == "books") return BooksPeople(system);
  if (name == "fashion") return FashionPeople(system);
  if (name == "food") return FoodPeople(system);
  return HomecleaningPeople(system);
}

// The people's lives, on threads of their own.
class Lives {
 public:
  Lives(People& people, uint64_t seed) {
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this, &people, seed, i] {
        Chance chance(seed * kThreads + static_cast<uint64_t>(i));
        while (!finish_) {
          people.Live(chance);
          ++lived_;
        }
      });
    }
  }
  ~Lives() { Finish(); }

  // Waits until `more` have begun and ended from now on. What is missing.
  std::string AwaitMore(int more) const {
    const int wanted = lived_ + more + kThreads;
    return Eventually(absl::Seconds(60), [&] {
      return lived_ >= wanted ? "" : absl::StrCat(wanted - lived_, " lives are missing");
    });
  }
  // Lets everybody come to an end.
  void Finish() {
    finish_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  std::atomic<bool> finish_{false};
  std::atomic<int> lived_{0};
  std::vector<std::thread> threads_;
};

class IsolationTestBase : public SystemTest {
 protected:
  // Before SetUp.
  void Choose(const std::string& system) { options_.system = system; }
  void Flag(const std::string& context, const std::string& flag) {
    options_.flags[Deployment(context)].push_back(flag);
  }
  System::Options OptionsOfTest() override { return options_; }

  void SetUp() override {
    SystemTest::SetUp();
    if (HasFatalFailure()) return;
    people_ = PeopleOf(options_.system, system());
    people_->Prepare();
    ASSERT_EQ(people_->problems(), "");
    lives_ = std::make_unique<Lives>(
        *people_, static_cast<uint64_t>(testing::UnitTest::GetInstance()->random_seed()));
  }
  void TearDown() override {
    lives_.reset();
    people_.reset();
    SystemTest::TearDown();
  }

  std::string Deployment(const std::string& context) const {
    return context == kBroker ? context : absl::StrCat(options_.system, "-", context);
  }
  People& people() { return *people_; }
  std::string AwaitMore(int lives) { return lives_->AwaitMore(lives); }
  // Ends the load and compares all with what was acknowledged.
  void ExpectExact() {
    lives_->Finish();
    EXPECT_EQ(people().problems(), "");
    EXPECT_EQ(Eventually(kCatchUp, [this] { return people().Check(); }), "");
  }

 private:
  System::Options options_;
  std::unique_ptr<People> people_;
  std::unique_ptr<Lives> lives_;
};

class IsolationTest : public IsolationTestBase, public testing::WithParamInterface<Row> {
 protected:
  IsolationTest() { Choose(GetParam().system); }
};

TEST_P(IsolationTest, OnlyWhatNeedsItIsRefusedAndAllIsExactAfterwards) {
  const Row& row = GetParam();
  const std::string down = Deployment(row.down);
  ASSERT_EQ(AwaitMore(kLives), "");
  system().Kill(down);
  for (const std::string& what : people().Tries()) {
    SCOPED_TRACE(what);
    const Outcome outcome = people().Try(what);
    const bool refused =
        std::find(row.refused.begin(), row.refused.end(), what) != row.refused.end();
    if (!refused) {
      EXPECT_TRUE(outcome.ok()) << outcome;
      continue;
    }
    EXPECT_EQ(outcome.code, absl::StatusCode::kUnavailable) << outcome;
    EXPECT_LT(outcome.took, kAtOnce) << outcome;
  }
  ASSERT_TRUE(system().Start(down).ok());
  for (const std::string& what : row.refused) {
    SCOPED_TRACE(what);
    EXPECT_EQ(Eventually(kCatchUp,
                         [&] {
                           const Outcome outcome = people().Try(what);
                           return outcome.ok() ? "" : Describe(outcome);
                         }),
              "")
        << "works again by itself";
  }
  ASSERT_EQ(AwaitMore(kLives), "");
  ExpectExact();
}

INSTANTIATE_TEST_SUITE_P(Matrix, IsolationTest, testing::ValuesIn(kRows),
                         [](const auto& info) { return NameOf(info.param); });

// "any one context killed mid-command | the rest | – | every flow ends by itself".
class AnyOneKilledTest : public IsolationTestBase, public testing::WithParamInterface<std::string> {
 protected:
  AnyOneKilledTest() { Choose(GetParam()); }
};

TEST_P(AnyOneKilledTest, MidCommandAndEveryFlowEndsByItself) {
  for (const std::string& victim : system().processes()) {
    ASSERT_EQ(AwaitMore(kThreads), "") << victim;
    system().Kill(victim);
    ASSERT_TRUE(system().Start(victim).ok()) << victim;
  }
  ExpectExact();
}

INSTANTIATE_TEST_SUITE_P(Systems, AnyOneKilledTest,
                         testing::Values("books", "fashion", "food", "homecleaning"),
                         [](const auto& info) { return info.param; });

// "any payment overloaded, not down | reads, cancel | new orders: 503 + Retry-After | admits again
// by itself".
struct Overload {
  std::string system;
  // What it cannot do without payment.
  std::string order;
};
std::ostream& operator<<(std::ostream& out, const Overload& row) { return out << row.system; }

class OverloadTest : public IsolationTestBase, public testing::WithParamInterface<Overload> {
 protected:
  OverloadTest() {
    Choose(GetParam().system);
    Flag("payment", "--limits.in_flight=1");
    Flag("payment", "--provider.delay=250ms");
  }
};

TEST_P(OverloadTest, NewOrdersAreToldWhenToRetryAndAdmittedAgainByThemselves) {
  const std::string& order = GetParam().order;
  const std::string never = Eventually(kCatchUp, [&] {
    const Outcome outcome = people().Try(order);
    if (outcome.ok()) return std::string("no order was refused");
    EXPECT_EQ(outcome.code, absl::StatusCode::kUnavailable) << outcome;
    EXPECT_TRUE(outcome.retry_delay.has_value()) << outcome;
    EXPECT_NE(outcome.retry_after, "") << outcome;
    return std::string();
  });
  EXPECT_EQ(never, "");
  for (const std::string& what : people().Tries()) {
    // What calls payment itself takes its turn like everybody.
    if (what == order || what == "payments" || what == "register pay method") continue;
    const Outcome outcome = people().Try(what);
    EXPECT_TRUE(outcome.ok()) << what << ": " << outcome;
  }
  ExpectExact();
  const auto admitted = [&] {
    const Outcome outcome = people().Try(order);
    return outcome.ok() ? "" : Describe(outcome);
  };
  EXPECT_EQ(Eventually(kCatchUp, admitted), "");
}

INSTANTIATE_TEST_SUITE_P(Payments, OverloadTest,
                         testing::Values(Overload{"fashion", "order"}, Overload{"food", "order"},
                                         Overload{"homecleaning", "reserve"}),
                         [](const auto& info) { return info.param.system; });

}  // namespace
}  // namespace maru::harness
