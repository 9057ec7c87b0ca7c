#include "services/payment/domain.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "maru/payment/v1/payment.maru.h"

namespace maru::payment {
namespace {

using v1::errors::NoPayment;
using v1::errors::PaymentCanceled;
using v1::errors::PaymentRefused;
using v1::errors::PaymethodRefused;
using v1::errors::ReferenceReused;

// Whether the payment is this customer's, or a reference that was canceled before anybody paid.
bool Concerns(const disk::Payment& row, std::string_view customer_id) {
  return row.customer_id().empty() || row.customer_id() == customer_id;
}

disk::Change::Outcome OutcomeOf(const v1::ChangePayKindRequest& request,
                                const std::optional<disk::Payment>& row, Decision decision) {
  if (!row.has_value() || !Concerns(*row, request.customer_id())) {
    return disk::Change::OUTCOME_NO_PAYMENT;
  }
  switch (row->status()) {
    case v1::Payment::STATUS_APPROVED:
      return decision == Decision::kApproved ? disk::Change::OUTCOME_APPLIED
                                             : disk::Change::OUTCOME_PAYMETHOD_REFUSED;
    case v1::Payment::STATUS_CANCELED:
      return disk::Change::OUTCOME_PAYMENT_CANCELED;
    default:
      return disk::Change::OUTCOME_NO_PAYMENT;
  }
}

v1::PaymentKindRefused::Reason ReasonOf(disk::Change::Outcome outcome) {
  switch (outcome) {
    case disk::Change::OUTCOME_PAYMETHOD_REFUSED:
      return v1::PaymentKindRefused::REASON_PAYMETHOD_REFUSED;
    case disk::Change::OUTCOME_PAYMENT_CANCELED:
      return v1::PaymentKindRefused::REASON_PAYMENT_CANCELED;
    default:
      return v1::PaymentKindRefused::REASON_NO_PAYMENT;
  }
}

}  // namespace

Charge ChargeOf(const v1::PayRequest& request) {
  return {.key = request.reference_id(),
          .customer_id = request.customer_id(),
          .amount = request.amount(),
          .currency_code = request.currency_code(),
          .pay_kind = request.pay_kind(),
          .masked_number = {}};
}

Paid Pay(const v1::PayRequest& request, Decision decision, absl::Time now, std::string id) {
  Paid result;
  disk::Payment& payment = result.payment;
  payment.set_id(std::move(id));
  payment.set_reference_id(request.reference_id());
  payment.set_customer_id(request.customer_id());
  payment.set_amount(request.amount());
  payment.set_currency_code(request.currency_code());
  payment.set_pay_kind(request.pay_kind());
  payment.set_requested_kind(request.pay_kind());
  payment.set_status(decision == Decision::kApproved ? v1::Payment::STATUS_APPROVED
                                                     : v1::Payment::STATUS_REFUSED);
  *payment.mutable_create_time() = ToTimestamp(now);
  *payment.mutable_update_time() = payment.create_time();
  if (decision == Decision::kRefused) return result;

  v1::PaymentApproved& event = result.event.emplace();
  event.set_payment_id(payment.id());
  event.set_reference_id(payment.reference_id());
  event.set_customer_id(payment.customer_id());
  event.set_amount(payment.amount());
  event.set_currency_code(payment.currency_code());
  event.set_pay_kind(payment.pay_kind());
  return result;
}

absl::Status AnswerTo(const v1::PayRequest& request, const disk::Payment& row) {
  const bool same =
      row.customer_id() == request.customer_id() && row.amount() == request.amount() &&
      row.currency_code() == request.currency_code() && row.requested_kind() == request.pay_kind();
  if (!same && !row.customer_id().empty()) return ReferenceReused(request.reference_id());
  switch (row.status()) {
    case v1::Payment::STATUS_REFUSED:
      return PaymentRefused(request.reference_id());
    case v1::Payment::STATUS_CANCELED:
      return PaymentCanceled(request.reference_id());
    default:
      return absl::OkStatus();
  }
}

Canceled Cancel(const std::optional<disk::Payment>& row, std::string_view reference_id,
                absl::Time now, std::string id) {
  Canceled result;
  disk::Payment& payment = result.payment;
  if (row.has_value()) {
    payment = *row;
  } else {
    payment.set_id(std::move(id));
    payment.set_reference_id(std::string(reference_id));
    *payment.mutable_create_time() = ToTimestamp(now);
  }
  const bool taken = payment.status() == v1::Payment::STATUS_APPROVED;
  payment.set_status(v1::Payment::STATUS_CANCELED);
  *payment.mutable_update_time() = ToTimestamp(now);
  if (!taken) return result;

  v1::PaymentCanceled& event = result.event.emplace();
  event.set_payment_id(payment.id());
  event.set_reference_id(payment.reference_id());
  event.set_customer_id(payment.customer_id());
  event.set_amount(payment.amount());
  event.set_currency_code(payment.currency_code());
  return result;
}

std::optional<Charge> ChargeOf(const v1::ChangePayKindRequest& request,
                               const std::optional<disk::Payment>& row) {
  if (OutcomeOf(request, row, Decision::kApproved) != disk::Change::OUTCOME_APPLIED) {
    return std::nullopt;
  }
  return Charge{.key = request.change_id(),
                .customer_id = request.customer_id(),
                .amount = row->amount(),
                .currency_code = row->currency_code(),
                .pay_kind = request.pay_kind(),
                .masked_number = request.masked_number()};
}

Changed Change(const v1::ChangePayKindRequest& request, const std::optional<disk::Payment>& row,
               Decision decision, absl::Time now) {
  Changed result;
  disk::Change& change = result.change;
  change.set_reference_id(request.reference_id());
  change.set_customer_id(request.customer_id());
  change.set_pay_kind(request.pay_kind());
  change.set_masked_number(request.masked_number());
  change.set_outcome(OutcomeOf(request, row, decision));
  if (change.outcome() != disk::Change::OUTCOME_APPLIED) return result;

  disk::Payment& payment = result.payment.emplace(*row);
  payment.set_pay_kind(request.pay_kind());
  *payment.mutable_update_time() = ToTimestamp(now);

  v1::PaymentKindChanged& event = result.event.emplace();
  event.set_payment_id(payment.id());
  event.set_reference_id(payment.reference_id());
  event.set_customer_id(payment.customer_id());
  event.set_pay_kind(payment.pay_kind());
  event.set_masked_number(request.masked_number());
  event.set_change_id(request.change_id());
  return result;
}

absl::Status AnswerTo(const v1::ChangePayKindRequest& request, const disk::Change& change) {
  if (change.reference_id() != request.reference_id() ||
      change.customer_id() != request.customer_id() || change.pay_kind() != request.pay_kind() ||
      change.masked_number() != request.masked_number()) {
    return ReferenceReused(request.change_id());
  }
  switch (change.outcome()) {
    case disk::Change::OUTCOME_PAYMETHOD_REFUSED:
      return PaymethodRefused(request.reference_id());
    case disk::Change::OUTCOME_PAYMENT_CANCELED:
      return PaymentCanceled(request.reference_id());
    case disk::Change::OUTCOME_NO_PAYMENT:
      return NoPayment(request.reference_id());
    default:
      return absl::OkStatus();
  }
}

v1::PaymentKindRefused RefusalOf(const v1::ChangePayKindRequest& request,
                                 const disk::Change& change,
                                 const std::optional<disk::Payment>& row) {
  v1::PaymentKindRefused event;
  event.set_reference_id(request.reference_id());
  event.set_customer_id(request.customer_id());
  event.set_reason(ReasonOf(change.outcome()));
  event.set_change_id(request.change_id());
  if (change.outcome() != disk::Change::OUTCOME_NO_PAYMENT) event.set_pay_kind(row->pay_kind());
  return event;
}

bool MayRead(const disk::Payment& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || reader.Is(options::v1::ROLE_ADMIN);
}

v1::Payment ToApi(const disk::Payment& row) {
  v1::Payment shown;
  shown.set_id(row.id());
  shown.set_reference_id(row.reference_id());
  shown.set_customer_id(row.customer_id());
  shown.set_amount(row.amount());
  shown.set_currency_code(row.currency_code());
  shown.set_pay_kind(row.pay_kind());
  shown.set_status(row.status());
  *shown.mutable_create_time() = row.create_time();
  *shown.mutable_update_time() = row.update_time();
  return shown;
}

}  // namespace maru::payment
