// What changes tickets within a transaction: saves what was decided, tells it, and keeps the timer
// of the time limit. Shared by commands (service.h) and events (policies.h). Errors are those of
// the store.
#ifndef MARU_SERVICES_FOOD_STORE_TICKETS_H_
#define MARU_SERVICES_FOOD_STORE_TICKETS_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/saga/timers.h"
#include "common/store/txn.h"
#include "services/food/store/domain.h"

namespace maru::food::store {

class Tickets {
 public:
  // A ticket that is not accepted within `accept_limit` is rejected. Before the timers start; they
  // outlive the tickets.
  Tickets(saga::Timers& timers, absl::Duration accept_limit);

  // A new ticket, whose time begins to run.
  absl::Status Add(maru::store::Txn& txn, const disk::Ticket& ticket) const;
  // What was decided about one. Without an event nothing changes.
  absl::Status Save(maru::store::Txn& txn, const Decided& decided) const;

 private:
  absl::Status OnTimeOut(maru::store::Txn& txn, std::string_view id) const;

  saga::Timers& timers_;
  const absl::Duration accept_limit_;
};

}  // namespace maru::food::store

#endif  // MARU_SERVICES_FOOD_STORE_TICKETS_H_
