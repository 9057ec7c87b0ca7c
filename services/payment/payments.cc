#include "services/payment/payments.h"

#include "common/base/status.h"
#include "maru/payment/v1/events.maru.h"
#include "services/payment/ledger.h"
#include "services/payment/tables.h"

namespace maru::payment {
namespace {

using maru::store::Reader;
using maru::store::Txn;

// Keeps the payment that `before` has become, and what of the money moves.
void Save(Txn& txn, const std::optional<disk::Payment>& before, const disk::Payment& after) {
  if (!before.has_value()) {
    disk::Reference reference;
    reference.set_payment_id(after.id());
    kReferences.Put(txn, after.reference_id(), reference);
    if (!after.customer_id().empty()) {
      kPaymentsByCustomer.Put(txn, after.customer_id(), after.id());
    }
  }
  kPayments.Put(txn, after.id(), after);
  const std::optional<disk::Entry> entry = EntryOf(before, after);
  if (entry.has_value()) kEntries.Put(txn, after.reference_id(), txn.NewId(), *entry);
}

}  // namespace

absl::StatusOr<std::optional<disk::Payment>> Load(Reader& reader, std::string_view reference_id) {
  ASSIGN_OR_RETURN(const auto reference, kReferences.Get(reader, reference_id));
  if (!reference.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<disk::Payment> row,
                   kPayments.Get(reader, reference->payment_id()));
  if (!row.has_value()) {
    return maru::store::DamagedRow(kPayments.name(), kPayments.KeyOf(reference->payment_id()));
  }
  return row;
}

absl::StatusOr<disk::Payment> PayOnce(Txn& txn, const v1::PayRequest& request, Decision decision) {
  ASSIGN_OR_RETURN(const auto row, Load(txn, request.reference_id()));
  if (row.has_value()) return *row;
  const Paid paid = Pay(request, decision, txn.Now(), txn.NewId());
  Save(txn, std::nullopt, paid.payment);
  if (paid.event.has_value()) txn.Emit(*paid.event);
  return paid.payment;
}

absl::StatusOr<disk::Payment> CancelOnce(Txn& txn, std::string_view reference_id) {
  ASSIGN_OR_RETURN(const auto row, Load(txn, reference_id));
  if (row.has_value() && row->status() == v1::Payment::STATUS_CANCELED) return *row;
  const Canceled canceled = Cancel(row, reference_id, txn.Now(), txn.NewId());
  Save(txn, row, canceled.payment);
  if (canceled.event.has_value()) txn.Emit(*canceled.event);
  return canceled.payment;
}

absl::StatusOr<std::optional<Changed>> ChangeOnce(Txn& txn, const v1::ChangePayKindRequest& request,
                                                  const std::optional<disk::Payment>& row,
                                                  Decision decision) {
  ASSIGN_OR_RETURN(const auto known, kChanges.Get(txn, request.change_id()));
  if (known.has_value()) return std::nullopt;
  Changed changed = Change(request, row, decision, txn.Now());
  kChanges.Put(txn, request.change_id(), changed.change);
  if (changed.payment.has_value()) {
    Save(txn, row, *changed.payment);
    txn.Emit(*changed.event);
  }
  return changed;
}

}  // namespace maru::payment
