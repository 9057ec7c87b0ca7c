#include "services/fashion/orderview/view.h"

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/events/view_rows.h"
#include "common/rpc/readers.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/store/v1/events.pb.h"
#include "maru/payment/v1/events.pb.h"
#include "services/fashion/orderview/domain.h"
#include "services/fashion/orderview/tables.h"

namespace maru::fashion::orderview {
namespace {

using event::v1::Event;
using events::ViewContext;

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

// An event that says where the order is, and nothing else.
template <class E>
void Follow(events::View& on, std::string_view context, Status status) {
  on.Event<E>(context, [status](ViewContext view, const Event& envelope, const E&) {
    return Update(view, envelope.correlation_id(),
                  [&](disk::Row& row) { Hear(status, envelope.time(), row); });
  });
}

absl::Status OnOrderPlaced(ViewContext view, const Event& envelope,
                           const order::v1::OrderPlaced& event) {
  return Update(view, event.order_id(), [&](disk::Row& row) { Show(event, envelope.time(), row); });
}

absl::Status OnDeliveryStarted(ViewContext view, const Event& envelope,
                               const delivery::v1::DeliveryStarted& event) {
  return Update(view, event.order_id(), [&](disk::Row& row) {
    HearDelivery(v1::OrderStatus::DELIVERY_STATUS_STARTED, event.delivery_id(), row);
    Hear(v1::OrderStatus::STATUS_DELIVERING, envelope.time(), row);
  });
}

absl::Status OnDeliveryCompleted(ViewContext view, const Event& envelope,
                                 const delivery::v1::DeliveryCompleted& event) {
  return Update(view, event.order_id(), [&](disk::Row& row) {
    row.set_rider_id(event.rider_id());
    HearDelivery(v1::OrderStatus::DELIVERY_STATUS_COMPLETED, event.delivery_id(), row);
    Hear(v1::OrderStatus::STATUS_COMPLETED, envelope.time(), row);
  });
}

// The order is CANCELED when it says so itself.
absl::Status OnDeliveryCanceled(ViewContext view, const Event&,
                                const delivery::v1::DeliveryCanceled& event) {
  return Update(view, event.order_id(), [&](disk::Row& row) {
    HearDelivery(v1::OrderStatus::DELIVERY_STATUS_CANCELED, event.delivery_id(), row);
  });
}

}  // namespace

void AddView(events::View& on) {
  using View = v1::OrderStatus;
  on.Event<order::v1::OrderPlaced>("order", OnOrderPlaced);
  Follow<order::v1::OrderCanceled>(on, "order", View::STATUS_CANCELED);
  Follow<fashion::store::v1::StoreAccepted>(on, "store", View::STATUS_ACCEPTED);
  on.Event<delivery::v1::DeliveryStarted>("delivery", OnDeliveryStarted);
  on.Event<delivery::v1::DeliveryCompleted>("delivery", OnDeliveryCompleted);
  on.Event<delivery::v1::DeliveryCanceled>("delivery", OnDeliveryCanceled);
  Follow<payment::v1::PaymentCanceled>(on, "payment", View::STATUS_REFUNDED);
}

}  // namespace maru::fashion::orderview
