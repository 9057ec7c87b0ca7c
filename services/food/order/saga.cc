#include "services/food/order/saga.h"

#include "common/base/timestamp.h"
#include "maru/food/order/v1/events.maru.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/food/order/domain.h"
#include "services/food/order/tables.h"

namespace maru::food::order {
namespace {

using maru::store::Txn;
using Payments = payment::v1::PaymentServiceClient;

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

saga::Definition<disk::Order, v1::Order> PlaceOrder(rpc::Caller& payment) {
  const Payments payments(payment);
  return {
      .name = "place-order",
      .table = kOrders,
      .pending = v1::Order::STATUS_PENDING,
      .done = v1::Order::STATUS_PAID,
      .rejected = v1::Order::STATUS_REJECTED,
      .show = ToApi,
      .steps = {saga::Step<disk::Order>("payment.Pay", payments, &Payments::Pay, PayOf, OnPaid)
                    .UndoneBy("payment.Cancel", payments, &Payments::Cancel, CancelOf)},
      .on_rejected = OnRejected,
  };
}

}  // namespace maru::food::order
