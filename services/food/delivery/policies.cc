#include "services/food/delivery/policies.h"

#include <string>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "maru/food/delivery/v1/events.maru.h"
#include "services/food/delivery/domain.h"
#include "services/food/delivery/tables.h"

namespace maru::food::delivery {
namespace {

using event::v1::Event;
using food::store::v1::CookFinished;
using maru::store::Txn;

absl::Status OnCookFinished(Txn& txn, const Event&, const CookFinished& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  if (known.has_value()) return absl::OkStatus();
  const Started started = Start(event, txn.Now(), txn.NewId());
  const std::string& id = started.delivery.id();
  kDeliveries.Put(txn, id, started.delivery);
  for (const std::string& reader : rpc::ReadersOf(started.delivery)) {
    kDeliveriesByReader.Put(txn, reader, id);
  }
  kDeliveriesByReader.Put(txn, kUntaken, id);
  disk::Reference reference;
  reference.set_delivery_id(id);
  kReferences.Put(txn, event.order_id(), reference);
  txn.Emit(started.event);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) { on.Event<CookFinished>("store", OnCookFinished); }

}  // namespace maru::food::delivery
