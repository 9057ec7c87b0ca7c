// Goal: no payment without an order and no order without a payment, whatever is lost, late, doubled
// or crashes on the way. Method: the verifier of common/saga over this declaration.
#include "services/food/order/saga.h"

#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "common/saga/testing/verifier.h"
#include "gtest/gtest.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/food/order/domain.h"

namespace maru::food::order {
namespace {

using payment::v1::CancelRequest;
using payment::v1::Payment;
using payment::v1::PaymentServiceMethods;
using payment::v1::PayRequest;

TEST(PlaceOrderSagaTest, EveryInterleavingEnds) {
  saga::testing::Books books;
  const auto reference_id = [](const auto& request) { return request.reference_id(); };
  books.Does<PayRequest>(PaymentServiceMethods::kPay, "money", reference_id, Payment());
  books.Undoes<CancelRequest>(PaymentServiceMethods::kCancel, "money", reference_id, Payment());
  const auto result = saga::testing::Verify(
      books, PlaceOrder, [](maru::store::Txn& txn) -> absl::StatusOr<disk::Order> {
        v1::PlaceOrderRequest request;
        v1::OrderItem& item = *request.add_items();
        item.set_quantity(2);
        item.set_unit_price(9000);
        return Place(request, "kim", txn.Now(), txn.NewId());
      });
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(PlaceOrderSagaTest, ReadmeShowsIt) {
  saga::testing::NoCallee callee;
  const absl::Status shown = saga::testing::CheckReadme(saga::Declare(PlaceOrder(callee)),
                                                        "services/food/order/README.md");
  EXPECT_TRUE(shown.ok()) << shown;
}

}  // namespace
}  // namespace maru::food::order
