#include "services/food/store/policies.h"

#include <optional>

#include "common/base/status.h"
#include "maru/food/store/v1/events.maru.h"
#include "services/food/store/tables.h"

namespace maru::food::store {
namespace {

using event::v1::Event;
using maru::store::Txn;
using order::v1::OrderCancelRequested;
using order::v1::OrderPlaced;

absl::Status OnOrderPlaced(const Tickets& tickets, Txn& txn, const OrderPlaced& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  // It began before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  return tickets.Add(txn, Place(event, txn.Now(), txn.NewId()));
}

absl::Status OnOrderCancelRequested(const Tickets& tickets, Txn& txn,
                                    const OrderCancelRequested& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.order_id()));
  if (!known.has_value()) {
    kReferences.Put(txn, event.order_id(), disk::Reference());
    txn.Emit(CancelUnknown(event));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto row, kTickets.Get(txn, known->ticket_id()));
  if (!row.has_value()) return absl::OkStatus();
  return tickets.Save(txn, Cancel(*row, txn.Now()));
}

}  // namespace

void AddPolicies(const Tickets& tickets, events::Policies& on) {
  on.Event<OrderPlaced>("order", [&tickets](Txn& txn, const Event&, const OrderPlaced& event) {
    return OnOrderPlaced(tickets, txn, event);
  });
  on.Event<OrderCancelRequested>(
      "order", [&tickets](Txn& txn, const Event&, const OrderCancelRequested& event) {
        return OnOrderCancelRequested(tickets, txn, event);
      });
}

}  // namespace maru::food::store
