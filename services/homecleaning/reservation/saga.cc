#include "services/homecleaning/reservation/saga.h"

#include "common/base/timestamp.h"
#include "maru/homecleaning/reservation/v1/events.maru.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/homecleaning/reservation/domain.h"
#include "services/homecleaning/reservation/tables.h"

namespace maru::homecleaning::reservation {
namespace {

using maru::store::Txn;
using Payments = payment::v1::PaymentServiceClient;

payment::v1::PayRequest PayOf(const disk::Reservation& row) {
  payment::v1::PayRequest request;
  request.set_reference_id(row.id());
  request.set_customer_id(row.customer_id());
  request.set_amount(row.price());
  request.set_currency_code(row.currency_code());
  request.set_pay_kind(row.requested_kind());
  return request;
}

void OnPaid(Txn& txn, disk::Reservation& row, const payment::v1::Payment&) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  txn.Emit(RequestedOf(row));
}

payment::v1::CancelRequest CancelOf(const disk::Reservation& row) {
  payment::v1::CancelRequest request;
  request.set_reference_id(row.id());
  return request;
}

void OnRejected(Txn& txn, disk::Reservation& row, saga::Reason reason) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  row.set_canceled_while_pending(reason == saga::Reason::kCanceled);
}

}  // namespace

saga::Definition<disk::Reservation, v1::CleaningReservation> RequestCleaning(rpc::Caller& payment) {
  const Payments payments(payment);
  return {
      .name = "request-cleaning",
      .table = kReservations,
      .pending = v1::CleaningReservation::STATUS_PENDING,
      .done = v1::CleaningReservation::STATUS_PAID,
      .rejected = v1::CleaningReservation::STATUS_REJECTED,
      .show = ToApi,
      .steps = {saga::Step<disk::Reservation>("payment.Pay", payments, &Payments::Pay, PayOf,
                                              OnPaid)
                    .UndoneBy("payment.Cancel", payments, &Payments::Cancel, CancelOf)},
      .on_rejected = OnRejected,
  };
}

}  // namespace maru::homecleaning::reservation
