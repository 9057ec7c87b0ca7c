// Goal: a pay method is registered if and only if payment took it, whatever is lost, late, doubled
// or crashes on the way. Method: the verifier of common/saga over this declaration.
#include "services/homecleaning/paymethod/saga.h"

#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "common/saga/testing/verifier.h"
#include "gtest/gtest.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/homecleaning/paymethod/domain.h"

namespace maru::homecleaning::paymethod {
namespace {

using payment::v1::ChangePayKindRequest;
using payment::v1::Payment;
using payment::v1::PaymentServiceMethods;

TEST(RegisterPaymethodSagaTest, EveryInterleavingEnds) {
  saga::testing::Books books;
  books.Does<ChangePayKindRequest>(
      PaymentServiceMethods::kChangePayKind, "money",
      [](const ChangePayKindRequest& request) { return request.change_id(); }, Payment());
  const auto result =
      saga::testing::Verify(books, RegisterPaymethod,
                            [](maru::store::Txn& txn) {
                              return Register({}, std::nullopt, "kim", txn.Now(), txn.NewId());
                            },
                            {.deviations = 3});
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(RegisterPaymethodSagaTest, ReadmeShowsIt) {
  saga::testing::NoCallee callee;
  const absl::Status shown = saga::testing::CheckReadme(
      saga::Declare(RegisterPaymethod(callee)), "services/homecleaning/paymethod/README.md");
  EXPECT_TRUE(shown.ok()) << shown;
}

}  // namespace
}  // namespace maru::homecleaning::paymethod
