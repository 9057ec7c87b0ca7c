// Goal: no pieces and no payment without an order and no order without them, whatever is lost,
// late, doubled or crashes on the way. Method: the verifier of common/saga over this declaration.
#include "services/fashion/order/saga.h"

#include "common/saga/testing/no_callee.h"
#include "common/saga/testing/readme.h"
#include "common/saga/testing/verifier.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "maru/fashion/product/v1/product.maru.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/fashion/order/domain.h"

namespace maru::fashion::order {
namespace {

using payment::v1::CancelRequest;
using payment::v1::Payment;
using payment::v1::PaymentServiceMethods;
using payment::v1::PayRequest;
using product::v1::ProductServiceMethods;
using product::v1::ReleaseRequest;
using product::v1::ReserveRequest;

TEST(PlaceOrderSagaTest, EveryInterleavingEnds) {
  saga::testing::Books books;
  const auto order_id = [](const auto& request) { return request.order_id(); };
  const auto reference_id = [](const auto& request) { return request.reference_id(); };
  product::v1::ReserveResponse reserved;
  reserved.set_store_id("s1");
  reserved.set_unit_price(39000);
  books.Does<ReserveRequest>(ProductServiceMethods::kReserve, "stock", order_id, reserved);
  books.Undoes<ReleaseRequest>(ProductServiceMethods::kRelease, "stock", order_id,
                               google::protobuf::Empty());
  books.Does<PayRequest>(PaymentServiceMethods::kPay, "money", reference_id, Payment());
  books.Undoes<CancelRequest>(PaymentServiceMethods::kCancel, "money", reference_id, Payment());
  const auto result = saga::testing::Verify(
      books, [](rpc::Caller& callees) { return PlaceOrder(callees, callees); },
      [](maru::store::Txn& txn) -> absl::StatusOr<disk::Order> {
        v1::PlaceOrderRequest request;
        request.set_product_id("p1");
        request.set_quantity(2);
        return Place(request, "kim", txn.Now(), txn.NewId());
      });
  EXPECT_TRUE(result.status.ok()) << result.status.message();
}

TEST(PlaceOrderSagaTest, ReadmeShowsIt) {
  saga::testing::NoCallee callee;
  const absl::Status shown = saga::testing::CheckReadme(saga::Declare(PlaceOrder(callee, callee)),
                                                        "services/fashion/order/README.md");
  EXPECT_TRUE(shown.ok()) << shown;
}

}  // namespace
}  // namespace maru::fashion::order
