#include "services/homecleaning/cleaning/policies.h"

#include <optional>

#include "common/base/status.h"
#include "services/homecleaning/cleaning/domain.h"
#include "services/homecleaning/cleaning/tables.h"

namespace maru::homecleaning::cleaning {
namespace {

using event::v1::Event;
using maru::store::Txn;

absl::Status OnCleaningRequested(Txn& txn, const Event&,
                                 const reservation::v1::CleaningRequested& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.reservation_id()));
  // It began before, or its end came first.
  if (known.has_value()) return absl::OkStatus();
  const disk::Cleaning cleaning = Open(event, txn.Now(), txn.NewId());
  kCleanings.Put(txn, cleaning.id(), cleaning);
  kCleaningsByCustomer.Put(txn, cleaning.customer_id(), cleaning.id());
  disk::Reference reference;
  reference.set_cleaning_id(cleaning.id());
  kReferences.Put(txn, event.reservation_id(), reference);
  return absl::OkStatus();
}

absl::Status OnCleaningRequestCanceled(Txn& txn, const Event&,
                                       const reservation::v1::CleaningRequestCanceled& event) {
  ASSIGN_OR_RETURN(const auto known, kReferences.Get(txn, event.reservation_id()));
  if (!known.has_value()) {
    kReferences.Put(txn, event.reservation_id(), disk::Reference());
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto row, kCleanings.Get(txn, known->cleaning_id()));
  if (!row.has_value()) return absl::OkStatus();
  const std::optional<disk::Cleaning> canceled = Cancel(*row, txn.Now());
  if (canceled.has_value()) kCleanings.Put(txn, canceled->id(), *canceled);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<reservation::v1::CleaningRequested>("reservation", OnCleaningRequested);
  on.Event<reservation::v1::CleaningRequestCanceled>("reservation", OnCleaningRequestCanceled);
}

}  // namespace maru::homecleaning::cleaning
