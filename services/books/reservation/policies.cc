#include "services/books/reservation/policies.h"

#include <optional>
#include <string>

#include "common/base/status.h"
#include "maru/books/book/v1/events.pb.h"
#include "maru/books/delivery/v1/events.pb.h"
#include "services/books/reservation/domain.h"
#include "services/books/reservation/tables.h"

namespace maru::books::reservation {
namespace {

using event::v1::Event;
using maru::store::Txn;

// Applies a rule to the row.
absl::Status Update(Txn& txn, const std::string& id,
                    std::optional<disk::Reservation> (*rule)(const disk::Reservation&,
                                                             absl::Time)) {
  ASSIGN_OR_RETURN(const auto row, kReservations.Get(txn, id));
  if (!row.has_value()) return absl::OkStatus();
  const std::optional<disk::Reservation> changed = rule(*row, txn.Now());
  if (changed.has_value()) kReservations.Put(txn, id, *changed);
  return absl::OkStatus();
}

}  // namespace

void AddPolicies(events::Policies& on) {
  on.Event<delivery::v1::BookDelivered>(
      "delivery", [](Txn& txn, const Event&, const delivery::v1::BookDelivered& event) {
        return Update(txn, event.reservation_id(), Deliver);
      });
  on.Event<book::v1::OutOfStock>("book",
                                 [](Txn& txn, const Event&, const book::v1::OutOfStock& event) {
                                   return Update(txn, event.reservation_id(), RunOut);
                                 });
}

}  // namespace maru::books::reservation
