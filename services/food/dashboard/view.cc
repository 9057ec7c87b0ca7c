#include "services/food/dashboard/view.h"

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/events/view_rows.h"
#include "common/rpc/readers.h"
#include "maru/food/delivery/v1/events.pb.h"
#include "maru/food/store/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/food/dashboard/domain.h"
#include "services/food/dashboard/tables.h"

namespace maru::food::dashboard {
namespace {

using event::v1::Event;
using events::ViewContext;

template <class E>
const std::string& OrderOf(const E& event) {
  if constexpr (requires { event.order_id(); }) {
    return event.order_id();
  } else {
    return event.reference_id();
  }
}

constexpr events::ViewRows kRows(kShown, kWaiting, IsShown);

// Applies `rule(disk::Row&)`; the row is listed under the names of its readers.
template <class Rule>
absl::Status Update(ViewContext view, const std::string& id, Rule rule) {
  std::string rider;
  ASSIGN_OR_RETURN(const auto kept, kRows.Update(view, id, [&](disk::Row& row) {
    row.set_order_id(id);
    rider = row.rider_id();
    rule(row);
  }));
  if (kept.is_new || (kept.is_shown && kept.row.rider_id() != rider)) {
    for (const std::string& reader : rpc::ReadersOf(kept.row)) {
      kShownByReader.At(view.generation).Put(view.txn, reader, id);
    }
  }
  return absl::OkStatus();
}

// An event that says where the order is.
template <class E>
void Follow(events::View& on, std::string_view context, Status status) {
  on.Event<E>(context, [status](ViewContext view, const Event& envelope, const E& event) {
    return Update(view, OrderOf(event), [&](disk::Row& row) {
      if constexpr (requires { event.rider_id(); }) row.set_rider_id(event.rider_id());
      Hear(status, envelope.time(), row);
    });
  });
}

absl::Status OnOrderPlaced(ViewContext view, const Event& envelope,
                           const order::v1::OrderPlaced& event) {
  return Update(view, event.order_id(), [&](disk::Row& row) { Show(event, envelope.time(), row); });
}

}  // namespace

void AddView(events::View& on) {
  using View = v1::OrderView;
  on.Event<order::v1::OrderPlaced>("order", OnOrderPlaced);
  Follow<order::v1::OrderCanceled>(on, "order", View::STATUS_CANCELED);
  Follow<food::store::v1::StoreAccepted>(on, "store", View::STATUS_ACCEPTED);
  Follow<food::store::v1::CookStarted>(on, "store", View::STATUS_COOKING);
  Follow<food::store::v1::CookFinished>(on, "store", View::STATUS_COOKED);
  Follow<food::store::v1::StoreRejected>(on, "store", View::STATUS_STORE_REJECTED);
  Follow<delivery::v1::DeliveryStarted>(on, "delivery", View::STATUS_DELIVERING);
  Follow<delivery::v1::DeliveryPickedUp>(on, "delivery", View::STATUS_PICKED_UP);
  Follow<delivery::v1::DeliveryCompleted>(on, "delivery", View::STATUS_DELIVERED);
  Follow<payment::v1::PaymentCanceled>(on, "payment", View::STATUS_REFUNDED);
}

}  // namespace maru::food::dashboard
