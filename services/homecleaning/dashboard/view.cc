#include "services/homecleaning/dashboard/view.h"

#include <string>

#include "common/base/status.h"
#include "common/events/view_rows.h"
#include "services/homecleaning/dashboard/domain.h"
#include "services/homecleaning/dashboard/tables.h"

namespace maru::homecleaning::dashboard {
namespace {

using events::ViewContext;

constexpr events::ViewRows kRows(kShown, kWaiting, IsShown);

template <class E>
absl::Status OnEvent(ViewContext view, const Event& envelope, const E& event) {
  const std::string& id = ReservationOf(event);
  ASSIGN_OR_RETURN(const auto kept, kRows.Update(view, id, [&](disk::Row& row) {
    row.set_reservation_id(id);
    Apply(envelope, event, row);
  }));
  if (kept.is_new) kShownByCustomer.At(view.generation).Put(view.txn, kept.row.customer_id(), id);
  return absl::OkStatus();
}

// Adds the handlers of several events of one context.
template <class... E>
void Add(events::View& on, std::string_view context) {
  (on.Event<E>(context, OnEvent<E>), ...);
}

}  // namespace

void AddView(events::View& on) {
  Add<reservation::v1::CleaningRequested, reservation::v1::CleaningRequestCanceled>(on,
                                                                                    "reservation");
  Add<cleaning::v1::CleaningConfirmed>(on, "cleaning");
  Add<paymethod::v1::PaymethodRegistered, paymethod::v1::PaymethodChanged>(on, "paymethod");
  Add<payment::v1::PaymentApproved, payment::v1::PaymentCanceled, payment::v1::PaymentKindChanged,
      payment::v1::PaymentKindRefused>(on, "payment");
}

}  // namespace maru::homecleaning::dashboard
