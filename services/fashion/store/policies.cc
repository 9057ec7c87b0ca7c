#include "services/fashion/store/policies.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "maru/fashion/delivery/v1/events.pb.h"
#include "maru/fashion/store/v1/events.maru.h"
#include "services/fashion/store/store_orders.h"
#include "services/fashion/store/tables.h"

namespace maru::fashion::store {
namespace {

using delivery::v1::DeliveryCancelRefused;
using event::v1::Event;
using maru::store::Txn;
using order::v1::OrderCancelRequested;
using order::v1::OrderPlaced;

absl::Status OnOrderPlaced(Txn& txn, const Event&, const OrderPlaced& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  // It began before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto how, kStores.Get(txn, event.store_id()));
  Add(txn, Place(event, AutoAccepts(how), txn.Now(), txn.NewId()));
  return absl::OkStatus();
}

absl::Status OnOrderCancelRequested(Txn& txn, const Event&, const OrderCancelRequested& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  if (!known.has_value()) {
    kReferences.Put(txn, event.order_id(), disk::Reference());
    txn.Emit(CancelUnknown(event));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto row, kStoreOrders.Get(txn, known->store_order_id()));
  if (!row.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto how, kStores.Get(txn, row->store_id()));
  const std::optional<Decided> decided = RequestCancel(*row, AutoAccepts(how), txn.Now());
  if (decided.has_value()) Save(txn, *decided);
  return absl::OkStatus();
}

absl::Status OnDeliveryCancelRefused(Txn& txn, const Event&, const DeliveryCancelRefused& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  if (!known.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto row, kStoreOrders.Get(txn, known->store_order_id()));
  if (!row.has_value()) return absl::OkStatus();
  const std::optional<Decided> decided = RefuseCancel(*row, txn.Now());
  if (decided.has_value()) Save(txn, *decided);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<OrderPlaced>("order", OnOrderPlaced);
  on.Event<OrderCancelRequested>("order", OnOrderCancelRequested);
  on.Event<DeliveryCancelRefused>("delivery", OnDeliveryCancelRefused);
}

}  // namespace maru::fashion::store
