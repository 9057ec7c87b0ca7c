#include "services/food/store/tickets.h"

#include <optional>
#include <type_traits>
#include <variant>

#include "common/base/status.h"
#include "common/rpc/readers.h"
#include "maru/food/store/v1/events.maru.h"
#include "services/food/store/tables.h"

namespace maru::food::store {
namespace {

using maru::store::Txn;

// Settled on disk.
constexpr char kTimeOut[] = "ticket-timeout";

}  // namespace

Tickets::Tickets(saga::Timers& timers, absl::Duration accept_limit)
    : timers_(timers), accept_limit_(accept_limit) {
  timers_.On(kTimeOut, [this](Txn& txn, std::string_view id) { return OnTimeOut(txn, id); });
}

absl::Status Tickets::Add(Txn& txn, const disk::Ticket& ticket) const {
  kTickets.Put(txn, ticket.id(), ticket);
  for (const std::string& reader : rpc::ReadersOf(ticket)) {
    kTicketsByReader.Put(txn, reader, ticket.id());
  }
  disk::Reference reference;
  reference.set_ticket_id(ticket.id());
  kReferences.Put(txn, ticket.order_id(), reference);
  return timers_.Set(txn, kTimeOut, ticket.id(), txn.Now() + accept_limit_);
}

absl::Status Tickets::Save(Txn& txn, const Decided& decided) const {
  if (std::holds_alternative<std::monostate>(decided.event)) return absl::OkStatus();
  kTickets.Put(txn, decided.ticket.id(), decided.ticket);
  std::visit(
      [&txn](const auto& event) {
        if constexpr (!std::is_same_v<decltype(event), const std::monostate&>) txn.Emit(event);
      },
      decided.event);
  // Whatever is decided first ends the wait for an owner.
  return timers_.Cancel(txn, kTimeOut, decided.ticket.id());
}

absl::Status Tickets::OnTimeOut(Txn& txn, std::string_view id) const {
  ASSIGN_OR_RETURN(const std::optional<disk::Ticket> row, kTickets.Get(txn, id));
  if (!row.has_value()) return absl::OkStatus();
  return Save(txn, TimeOut(*row, txn.Now()));
}

}  // namespace maru::food::store
