#include "services/books/mypage/view.h"

#include <string>

#include "common/base/status.h"
#include "services/books/mypage/domain.h"
#include "services/books/mypage/tables.h"

namespace maru::books::mypage {
namespace {

using events::ViewContext;

absl::StatusOr<disk::Row> Load(ViewContext view, const std::string& reservation_id) {
  ASSIGN_OR_RETURN(const auto shown, kShown.At(view.generation).Get(view.txn, reservation_id));
  if (shown.has_value()) return *shown;
  ASSIGN_OR_RETURN(const auto waiting, kWaiting.At(view.generation).Get(view.txn, reservation_id));
  if (waiting.has_value()) return *waiting;
  disk::Row row;
  row.set_reservation_id(reservation_id);
  return row;
}

template <class E>
absl::Status OnEvent(ViewContext view, const Event& envelope, const E& event) {
  const std::string& id = event.reservation_id();
  ASSIGN_OR_RETURN(disk::Row row, Load(view, id));
  const bool was_shown = IsShown(row);
  Apply(envelope, event, row);
  if (!IsShown(row)) {
    kWaiting.At(view.generation).Put(view.txn, id, row);
    return absl::OkStatus();
  }
  kShown.At(view.generation).Put(view.txn, id, row);
  if (!was_shown) {
    kWaiting.At(view.generation).Delete(view.txn, id);
    kShownByCustomer.At(view.generation).Put(view.txn, row.customer_id(), id);
  }
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
