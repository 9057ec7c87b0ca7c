#include "services/books/mypage/view.h"

#include <string>

#include "common/base/status.h"
#include "common/events/view_rows.h"
#include "services/books/mypage/domain.h"
#include "services/books/mypage/tables.h"

namespace maru::books::mypage {
namespace {

using events::ViewContext;

constexpr events::ViewRows kRows(kShown, kWaiting, IsShown);

template <class E>
absl::Status OnEvent(ViewContext view, const Event& envelope, const E& event) {
  const std::string& id = event.reservation_id();
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
  Add<reservation::v1::Reserved, reservation::v1::ReservationCanceled>(on, "reservation");
  Add<delivery::v1::DeliveryRequested, delivery::v1::BookDelivered, delivery::v1::DeliveryCanceled>(
      on, "delivery");
  Add<book::v1::OutOfStock>(on, "book");
}

}  // namespace maru::books::mypage
