#include "services/fashion/product/policies.h"

#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/order/v1/events.pb.h"
#include "services/fashion/product/reservations.h"

namespace maru::fashion::product {

using delivery::v1::DeliveryCanceled;
using event::v1::Event;
using maru::store::Txn;
using order::v1::OrderPlaced;

void AddPolicies(events::Policies& on) {
  on.Event<OrderPlaced>("order", [](Txn& txn, const Event&, const OrderPlaced& event) {
    return SellOnce(txn, event.order_id());
  });
  on.Event<DeliveryCanceled>("delivery", [](Txn& txn, const Event&, const DeliveryCanceled& event) {
    return PutBackOnce(txn, event.order_id());
  });
}

}  // namespace maru::fashion::product
