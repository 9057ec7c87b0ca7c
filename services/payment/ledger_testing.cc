#include "services/payment/ledger_testing.h"

#include <string_view>

#include "absl/numeric/int128.h"
#include "common/base/status.h"
#include "gtest/gtest.h"
#include "services/payment/ledger.h"
#include "services/payment/tables.h"

namespace maru::payment {

using maru::store::Reader;

void ExpectMoneyAddsUp(testing::TestContext& payment) {
  absl::int128 taken = 0;
  absl::int128 approved = 0;
  const auto read = payment.Run(payment.store().Read([&](Reader& reader) -> absl::StatusOr<bool> {
    RETURN_IF_ERROR(CheckLedger(reader));
    ASSIGN_OR_RETURN(const Balances balances, BalancesOf(reader));
    for (const auto& [account, balance] : balances) {
      if (account.first.starts_with("provider/")) taken += balance;
    }
    RETURN_IF_ERROR(kPayments.ForEach(reader, {}, [&](const auto&, const store::v1::Payment& row) {
      if (row.status() == v1::Payment::STATUS_APPROVED) approved += row.amount();
      return true;
    }));
    return true;
  }));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(taken, approved);
}

}  // namespace maru::payment
