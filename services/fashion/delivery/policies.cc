#include "services/fashion/delivery/policies.h"

#include <string>
#include <variant>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "maru/fashion/delivery/v1/events.maru.h"
#include "services/fashion/delivery/domain.h"
#include "services/fashion/delivery/tables.h"

namespace maru::fashion::delivery {
namespace {

using event::v1::Event;
using fashion::store::v1::StoreAccepted;
using fashion::store::v1::StoreCanceled;
using maru::store::Txn;

absl::Status OnStoreAccepted(Txn& txn, const Event&, const StoreAccepted& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  // It began before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  const Started started = Start(event, txn.Now(), txn.NewId());
  const std::string& id = started.delivery.id();
  kDeliveries.Put(txn, id, started.delivery);
  for (const std::string& reader : rpc::ReadersOf(started.delivery)) {
    kDeliveriesByReader.Put(txn, reader, id);
  }
  kDeliveriesByReader.Put(txn, kOnTheWay, id);
  disk::Reference reference;
  reference.set_delivery_id(id);
  kReferences.Put(txn, event.order_id(), reference);
  txn.Emit(started.event);
  return absl::OkStatus();
}

absl::Status OnStoreCanceled(Txn& txn, const Event&, const StoreCanceled& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  if (!known.has_value()) {
    kReferences.Put(txn, event.order_id(), disk::Reference());
    txn.Emit(CancelUnknown(event));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(txn, known->delivery_id()));
  // The tombstone of one that never begins.
  if (!row.has_value()) return absl::OkStatus();
  const Decided decided = Cancel(*row, txn.Now());
  if (const auto* canceled = std::get_if<v1::DeliveryCanceled>(&decided.event)) {
    kDeliveries.Put(txn, row->id(), decided.delivery);
    kDeliveriesByReader.Delete(txn, kOnTheWay, row->id());
    txn.Emit(*canceled);
  } else if (const auto* refused = std::get_if<v1::DeliveryCancelRefused>(&decided.event)) {
    txn.Emit(*refused);
  }
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<StoreAccepted>("store", OnStoreAccepted);
  on.Event<StoreCanceled>("store", OnStoreCanceled);
}

}  // namespace maru::fashion::delivery
