#include "services/homecleaning/paymethod/policies.h"

#include <optional>

#include "common/base/status.h"
#include "maru/payment/v1/events.pb.h"
#include "services/homecleaning/paymethod/domain.h"
#include "services/homecleaning/paymethod/tables.h"

namespace maru::homecleaning::paymethod {
namespace {

using event::v1::Event;
using maru::store::Txn;
using payment::v1::PaymentKindChanged;
using payment::v1::PaymentKindRefused;

// A row that is PENDING waits for no event: its registration is answered to the saga.
template <class E>
absl::Status OnAnswer(Txn& txn, const E& event, bool accepted) {
  ASSIGN_OR_RETURN(const auto active,
                   kActivePaymethods.Get(txn, event.reference_id(), event.customer_id()));
  if (!active.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto row, kPaymethods.Get(txn, active->paymethod_id()));
  if (!row.has_value()) {
    return maru::store::DamagedRow(kPaymethods.name(), kPaymethods.KeyOf(active->paymethod_id()));
  }
  const auto answered = Answer(*row, event.change_id(), accepted, txn.Now());
  if (answered.has_value()) kPaymethods.Put(txn, answered->id(), *answered);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<PaymentKindChanged>("payment",
                               [](Txn& txn, const Event&, const PaymentKindChanged& event) {
                                 return OnAnswer(txn, event, true);
                               });
  on.Event<PaymentKindRefused>("payment",
                               [](Txn& txn, const Event&, const PaymentKindRefused& event) {
                                 return OnAnswer(txn, event, false);
                               });
}

}  // namespace maru::homecleaning::paymethod
