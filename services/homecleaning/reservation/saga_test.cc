// Goal: no payment without a reservation and no reservation without a payment, whatever is lost,
// late, doubled or crashes on the way. Method: the verifier of common/saga over this declaration.
#include "services/homecleaning/reservation/saga.h"

#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "common/saga/testing/verifier.h"
#include "gtest/gtest.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/homecleaning/reservation/domain.h"

namespace maru::homecleaning::reservation {
namespace {

using payment::v1::CancelRequest;
using payment::v1::Payment;
using payment::v1::PaymentServiceMethods;
using payment::v1::PayRequest;

TEST(RequestCleaningSagaTest, EveryInterleavingEnds) {
  saga::testing::Books books;
  const auto reference_id = [](const auto& request) { return request.reference_id(); };
  books.Does<PayRequest>(PaymentServiceMethods::kPay, "money", reference_id, Payment());
  books.Undoes<CancelRequest>(PaymentServiceMethods::kCancel, "money", reference_id, Payment());
  const auto result = saga::testing::Verify(
      books, RequestCleaning, [](maru::store::Txn& txn) -> absl::StatusOr<disk::Reservation> {
        return Request({}, "kim", txn.Now(), txn.NewId());
      });
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(RequestCleaningSagaTest, ReadmeShowsIt) {
  saga::testing::NoCallee callee;
  const absl::Status shown = saga::testing::CheckReadme(
      saga::Declare(RequestCleaning(callee)), "services/homecleaning/reservation/README.md");
  EXPECT_TRUE(shown.ok()) << shown;
}

}  // namespace
}  // namespace maru::homecleaning::reservation
