#include "services/homecleaning/dashboard/domain.h"

#include <string>

namespace maru::homecleaning::dashboard {
namespace {

using View = v1::ReservationView;

void Raise(View::Status status, disk::Row& row) {
  if (status > row.status()) row.set_status(status);
}

// A change, or the registration, that paymethod told of.
void Propose(const std::string& change_id, const std::string& masked_number, disk::Row& row) {
  if (change_id <= row.change_id()) return;
  row.set_change_id(change_id);
  row.set_changed_number(masked_number);
}

void TakeAnswer(const std::string& change_id, disk::Row& row) {
  if (change_id > row.answered_change_id()) row.set_answered_change_id(change_id);
}

bool TakeKind(const Event& envelope, payment::v1::PayKind kind, disk::Row& row) {
  if (envelope.sequence() < row.pay_kind_sequence()) return false;
  row.set_pay_kind_sequence(envelope.sequence());
  row.set_pay_kind(kind);
  return true;
}

// The newest change shows until payment has answered it.
const std::string& NumberOf(const disk::Row& row) {
  return row.change_id() > row.answered_change_id() ? row.changed_number() : row.accepted_number();
}

}  // namespace

void Apply(const Event& envelope, const reservation::v1::CleaningRequested& event, disk::Row& row) {
  row.set_customer_id(event.customer_id());
  *row.mutable_request_date() = event.request_date();
  row.set_place(event.place());
  row.set_customer_name(event.customer_name());
  row.set_price(event.price());
  row.set_currency_code(event.currency_code());
  if (row.pay_kind() == payment::v1::PAY_KIND_UNSPECIFIED) row.set_pay_kind(event.pay_kind());
  *row.mutable_request_time() = envelope.time();
  Raise(View::STATUS_PAID, row);
}

void Apply(const Event& envelope, const reservation::v1::CleaningRequestCanceled&, disk::Row& row) {
  *row.mutable_cancel_time() = envelope.time();
  Raise(View::STATUS_CANCELED, row);
}

void Apply(const Event&, const cleaning::v1::CleaningConfirmed& event, disk::Row& row) {
  *row.mutable_clean_time() = event.clean_date();
  Raise(View::STATUS_CLEANED, row);
}

void Apply(const Event&, const paymethod::v1::PaymethodRegistered& event, disk::Row& row) {
  Propose(event.paymethod_id(), event.masked_number(), row);
}

void Apply(const Event&, const paymethod::v1::PaymethodChanged& event, disk::Row& row) {
  Propose(event.change_id(), event.masked_number(), row);
}

void Apply(const Event& envelope, const payment::v1::PaymentApproved& event, disk::Row& row) {
  TakeKind(envelope, event.pay_kind(), row);
}

void Apply(const Event& envelope, const payment::v1::PaymentCanceled&, disk::Row& row) {
  *row.mutable_refund_time() = envelope.time();
  Raise(View::STATUS_REFUNDED, row);
}

void Apply(const Event& envelope, const payment::v1::PaymentKindChanged& event, disk::Row& row) {
  if (TakeKind(envelope, event.pay_kind(), row)) row.set_accepted_number(event.masked_number());
  TakeAnswer(event.change_id(), row);
}

void Apply(const Event&, const payment::v1::PaymentKindRefused& event, disk::Row& row) {
  TakeAnswer(event.change_id(), row);
}

bool IsShown(const disk::Row& row) { return row.has_request_time(); }

bool MayRead(const disk::Row& row, const rpc::Identity& reader) {
  return row.customer_id() == reader.subject || reader.Is(options::v1::ROLE_ADMIN);
}

v1::ReservationView ToApi(const disk::Row& row) {
  View shown;
  shown.set_reservation_id(row.reservation_id());
  *shown.mutable_request_date() = row.request_date();
  shown.set_place(row.place());
  shown.set_customer_name(row.customer_name());
  shown.set_price(row.price());
  shown.set_currency_code(row.currency_code());
  shown.set_status(row.status());
  shown.set_pay_kind(row.pay_kind());
  shown.set_masked_number(NumberOf(row));
  *shown.mutable_request_time() = row.request_time();
  if (row.has_clean_time()) *shown.mutable_clean_time() = row.clean_time();
  if (row.has_cancel_time()) *shown.mutable_cancel_time() = row.cancel_time();
  if (row.has_refund_time()) *shown.mutable_refund_time() = row.refund_time();
  return shown;
}

}  // namespace maru::homecleaning::dashboard
