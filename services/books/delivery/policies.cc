#include "services/books/delivery/policies.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "maru/books/book/v1/events.pb.h"
#include "maru/books/delivery/v1/events.maru.h"
#include "services/books/delivery/domain.h"
#include "services/books/delivery/tables.h"

namespace maru::books::delivery {
namespace {

using event::v1::Event;
using maru::store::Txn;

using Rule = std::optional<disk::Delivery> (*)(const disk::Delivery&, absl::Time);

// Applies a rule to the delivery of a reservation; the changed row. nullopt: nothing changed.
absl::StatusOr<std::optional<disk::Delivery>> Update(Txn& txn, const std::string& reservation_id,
                                                     Rule rule) {
  std::optional<disk::Delivery> changed;
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, reservation_id));
  if (!known.has_value()) return changed;
  ASSIGN_OR_RETURN(const auto row, kDeliveries.Get(txn, known->delivery_id()));
  if (row.has_value()) changed = rule(*row, txn.Now());
  if (changed.has_value()) kDeliveries.Put(txn, changed->id(), *changed);
  return changed;
}

absl::Status OnReserved(Txn& txn, const Event&, const reservation::v1::Reserved& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.reservation_id()));
  // It began before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  const disk::Delivery delivery = Request(event, txn.Now(), txn.NewId());
  kDeliveries.Put(txn, delivery.id(), delivery);
  kDeliveriesByCustomer.Put(txn, delivery.customer_id(), delivery.id());
  disk::Reference reference;
  reference.set_delivery_id(delivery.id());
  kReferences.Put(txn, event.reservation_id(), reference);
  txn.Emit(RequestedOf(delivery));
  return absl::OkStatus();
}

absl::Status OnReservationCanceled(Txn& txn, const Event&,
                                   const reservation::v1::ReservationCanceled& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.reservation_id()));
  if (!known.has_value()) kReferences.Put(txn, event.reservation_id(), disk::Reference());
  ASSIGN_OR_RETURN(const auto canceled, Update(txn, event.reservation_id(), Cancel));
  if (canceled.has_value()) txn.Emit(CanceledOf(*canceled));
  return absl::OkStatus();
}

absl::Status OnBookIssued(Txn& txn, const Event&, const book::v1::BookIssued& event) {
  ASSIGN_OR_RETURN(const auto delivered, Update(txn, event.reservation_id(), Deliver));
  if (delivered.has_value()) txn.Emit(DeliveredOf(*delivered));
  return absl::OkStatus();
}

absl::Status OnOutOfStock(Txn& txn, const Event&, const book::v1::OutOfStock& event) {
  return Update(txn, event.reservation_id(), Fail).status();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<reservation::v1::Reserved>("reservation", OnReserved);
  on.Event<reservation::v1::ReservationCanceled>("reservation", OnReservationCanceled);
  on.Event<book::v1::BookIssued>("book", OnBookIssued);
  on.Event<book::v1::OutOfStock>("book", OnOutOfStock);
}

}  // namespace maru::books::delivery
