// Goal: the built-in provider approves, refuses, delays and fails as it is configured.
// Method: virtual time.
#include "services/payment/provider.h"

#include <optional>
#include <string>

#include "common/async/manual_executor.h"
#include "common/async/scope.h"
#include "common/base/proto_testing.h"
#include "common/rpc/error.h"
#include "common/store/store_testing.h"
#include "gtest/gtest.h"

namespace maru::payment {
namespace {

using Answer = std::optional<absl::StatusOr<Decision>>;

class ProviderTest : public ::testing::Test {
 protected:
  BuiltInProvider Make(const std::string& config) {
    return {Proto<config::v1::ProviderConfig>(config), executor_, random_};
  }
  // Asks, and lets no time pass.
  void Ask(Provider& provider, Answer& answer) {
    scope_.Spawn([](Provider& asked, const rpc::CallContext& call, const Charge& charge,
                    Answer& out) -> async::Task<void> {
      out.emplace(co_await asked.Authorize(call, charge));
    }(provider, call_, charge_, answer));
    executor_.RunUntilIdle();
  }

  async::ManualExecutor executor_;
  maru::store::SeededRandom random_;
  const rpc::CallContext call_ = maru::store::TestCall();
  Charge charge_{.key = "r1",
                 .customer_id = "minsu",
                 .amount = 20000,
                 .currency_code = "KRW",
                 .pay_kind = v1::PAY_KIND_CREDIT,
                 .masked_number = "****-0002"};
  async::Scope scope_;
};

TEST_F(ProviderTest, RefusesWhatItIsToldToRefuse) {
  struct Case {
    std::string config;
    Decision want;
  };
  for (const Case& c : {Case{"", Decision::kApproved},
                        {"limit: 20000", Decision::kApproved},
                        {"limit: 19999", Decision::kRefused},
                        {"refused_digits: '0002'", Decision::kRefused},
                        {"refused_digits: '0003'", Decision::kApproved},
                        {"refused_customer: 'min'", Decision::kRefused},
                        {"refused_customer: 'minsun'", Decision::kApproved}}) {
    BuiltInProvider provider = Make(c.config);
    EXPECT_EQ(provider.Decide(charge_), c.want) << c.config;
    Answer answer;
    Ask(provider, answer);
    ASSERT_TRUE(answer.has_value() && answer->ok()) << c.config;
    EXPECT_EQ(**answer, c.want) << c.config;
  }
}

TEST_F(ProviderTest, ThinksAsLongAsItIsToldTo) {
  BuiltInProvider provider = Make("delay { nanos: 300000000 }");
  Answer answer;
  Ask(provider, answer);
  EXPECT_FALSE(answer.has_value());
  executor_.Advance(absl::Milliseconds(299));
  EXPECT_FALSE(answer.has_value());
  executor_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(answer.has_value());
}

TEST_F(ProviderTest, FailsAsOftenAsItIsToldTo) {
  BuiltInProvider provider = Make("fail_percent: 30");
  int failed = 0;
  for (int i = 0; i < 1000; ++i) {
    Answer answer;
    Ask(provider, answer);
    if (answer->ok()) continue;
    ++failed;
    EXPECT_TRUE(absl::IsUnavailable(answer->status()));
    EXPECT_EQ(rpc::ReasonOf(answer->status()), "PROVIDER_UNAVAILABLE");
  }
  EXPECT_GT(failed, 200);
  EXPECT_LT(failed, 400);
}

}  // namespace
}  // namespace maru::payment
