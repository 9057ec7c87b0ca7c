#include "services/homecleaning/paymethod/saga.h"

#include "common/base/timestamp.h"
#include "maru/homecleaning/paymethod/v1/events.maru.h"
#include "maru/payment/v1/payment.maru.h"
#include "services/homecleaning/paymethod/domain.h"
#include "services/homecleaning/paymethod/tables.h"

namespace maru::homecleaning::paymethod {
namespace {

using maru::store::Txn;
using Payments = payment::v1::PaymentServiceClient;

payment::v1::ChangePayKindRequest ChangeOf(const disk::Paymethod& row) {
  payment::v1::ChangePayKindRequest request;
  request.set_change_id(row.id());
  request.set_reference_id(row.reservation_id());
  request.set_customer_id(row.customer_id());
  request.set_pay_kind(row.current().kind());
  request.set_masked_number(Masked(row.current().number()));
  return request;
}

void OnChanged(Txn& txn, disk::Paymethod& row, const payment::v1::Payment&) {
  txn.Emit(Accept(row, txn.Now()));
}

// The reservation may have another one now.
void OnRejected(Txn& txn, disk::Paymethod& row, saga::Reason) {
  *row.mutable_update_time() = ToTimestamp(txn.Now());
  kActivePaymethods.Delete(txn, row.reservation_id(), row.customer_id());
}

}  // namespace

saga::Definition<disk::Paymethod, v1::Paymethod> RegisterPaymethod(rpc::Caller& payment) {
  const Payments payments(payment);
  return {
      .name = "register-paymethod",
      .table = kPaymethods,
      .pending = v1::Paymethod::STATUS_PENDING,
      .done = v1::Paymethod::STATUS_REGISTERED,
      .rejected = v1::Paymethod::STATUS_REJECTED,
      .show = ToApi,
      .steps = {saga::Step<disk::Paymethod>("payment.ChangePayKind", payments,
                                            &Payments::ChangePayKind, ChangeOf, OnChanged)
                    .AskedAgain()},
      .on_rejected = OnRejected,
  };
}

}  // namespace maru::homecleaning::paymethod
