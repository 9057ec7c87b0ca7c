#include "services/fashion/order/saga.h"

#include "common/base/timestamp.h"
#include "common/rpc/readers.h"
#include "google/protobuf/empty.pb.h"
#include "maru/fashion/order/v1/events.maru.h"
#include "maru/fashion/product/v1/product.maru.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/fashion/order/domain.h"
#include "services/fashion/order/tables.h"

namespace maru::fashion::order {
namespace {

using maru::store::Txn;
using Payments = payment::v1::PaymentServiceClient;
using Products = product::v1::ProductServiceClient;

product::v1::ReserveRequest ReserveOf(const disk::Order& row) {
  product::v1::ReserveRequest request;
  request.set_order_id(row.id());
  request.set_product_id(row.product_id());
  request.set_option_id(row.option_id());
  request.set_quantity(row.quantity());
  return request;
}

// Only now it is known whose store it is: its owner may see the order from here on.
void OnReserved(Txn& txn, disk::Order& row, const product::v1::ReserveResponse& reserved) {
  TakeProduct(reserved, row);
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  kOrdersByReader.Put(txn, rpc::StoreReader(row.store_id()), row.id());
}

product::v1::ReleaseRequest ReleaseOf(const disk::Order& row) {
  product::v1::ReleaseRequest request;
  request.set_order_id(row.id());
  return request;
}

payment::v1::PayRequest PayOf(const disk::Order& row) {
  payment::v1::PayRequest request;
  request.set_reference_id(row.id());
  request.set_customer_id(row.customer_id());
  request.set_amount(row.price());
  request.set_currency_code(row.currency_code());
  request.set_pay_kind(row.pay_kind());
  return request;
}

void OnPaid(Txn& txn, disk::Order& row, const payment::v1::Payment&) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  txn.Emit(PlacedOf(row));
}

payment::v1::CancelRequest CancelOf(const disk::Order& row) {
  payment::v1::CancelRequest request;
  request.set_reference_id(row.id());
  return request;
}

void OnRejected(Txn& txn, disk::Order& row, saga::Reason reason) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  row.set_canceled(reason == saga::Reason::kCanceled);
}

}  // namespace

saga::Definition<disk::Order, v1::Order> PlaceOrder(rpc::Caller& product, rpc::Caller& payment) {
  const Products products(product);
  const Payments payments(payment);
  return {
      .name = "place-order",
      .table = kOrders,
      .pending = v1::Order::STATUS_PENDING,
      .done = v1::Order::STATUS_PAID,
      .rejected = v1::Order::STATUS_REJECTED,
      .show = ToApi,
      .steps = {saga::Step<disk::Order>("product.Reserve", products, &Products::Reserve, ReserveOf,
                                        OnReserved)
                    .UndoneBy("product.Release", products, &Products::Release, ReleaseOf),
                saga::Step<disk::Order>("payment.Pay", payments, &Payments::Pay, PayOf, OnPaid)
                    .UndoneBy("payment.Cancel", payments, &Payments::Cancel, CancelOf)},
      .on_rejected = OnRejected,
  };
}

}  // namespace maru::fashion::order
