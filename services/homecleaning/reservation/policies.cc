#include "services/homecleaning/reservation/policies.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "maru/homecleaning/cleaning/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/homecleaning/reservation/domain.h"
#include "services/homecleaning/reservation/tables.h"

namespace maru::homecleaning::reservation {
namespace {

using event::v1::Event;
using maru::store::Txn;

// Applies `rule(const Reservation&) -> optional<Reservation>` to the row. Payment may know a
// reservation whose row was never written.
template <class Rule>
absl::Status Update(Txn& txn, const std::string& id, Rule rule) {
  ASSIGN_OR_RETURN(const auto row, kReservations.Get(txn, id));
  if (!row.has_value()) return absl::OkStatus();
  const std::optional<disk::Reservation> changed = rule(*row);
  if (changed.has_value()) kReservations.Put(txn, id, *changed);
  return absl::OkStatus();
}

absl::Status OnCleaningConfirmed(Txn& txn, const Event&,
                                 const cleaning::v1::CleaningConfirmed& event) {
  return Update(txn, event.reservation_id(),
                [&](const disk::Reservation& row) { return Clean(row, txn.Now()); });
}

absl::Status OnPaymentCanceled(Txn& txn, const Event&, const payment::v1::PaymentCanceled& event) {
  return Update(txn, event.reference_id(),
                [&](const disk::Reservation& row) { return Refund(row, txn.Now()); });
}

template <class E>
absl::Status OnKind(Txn& txn, const Event& envelope, const E& event) {
  return Update(txn, event.reference_id(), [&](const disk::Reservation& row) {
    return TakeKind(row, event.pay_kind(), envelope.sequence(), txn.Now());
  });
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<cleaning::v1::CleaningConfirmed>("cleaning", OnCleaningConfirmed);
  on.Event<payment::v1::PaymentCanceled>("payment", OnPaymentCanceled);
  on.Event<payment::v1::PaymentApproved>("payment", OnKind<payment::v1::PaymentApproved>);
  on.Event<payment::v1::PaymentKindChanged>("payment", OnKind<payment::v1::PaymentKindChanged>);
}

}  // namespace maru::homecleaning::reservation
