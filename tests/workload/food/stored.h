// All that food at rest shows, read once: what the checkers compare with what people were told.
#ifndef MARU_TESTS_WORKLOAD_FOOD_STORED_H_
#define MARU_TESTS_WORKLOAD_FOOD_STORED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/food/town.h"
#include "tests/workload/stored.h"

namespace maru::workload::food {

struct Stored {
  // All of them, whatever their status.
  std::vector<order::Order> orders;
  std::vector<payment::Payment> payments;
  std::vector<store::StoreOrder> tickets;
  std::vector<delivery::Delivery> deliveries;
  std::vector<dashboard::OrderView> views;
  // By order, of those that somebody watched: all that a new watcher is told, and what the old one
  // is told behind its position.
  std::map<std::string, std::vector<dashboard::OrderView::Status>> shown;
  std::map<std::string, std::vector<dashboard::OrderView::Status>> rest;
  // By name.
  std::map<std::string, Topic> topics;
};

// Once nothing flows any more. Errors of the calls. The arguments must live until the task is
// finished.
async::Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const Town& town,
                                               const std::vector<Flow>& flows);

// Tickets that nobody has accepted and that are to be rejected by time; empty: none. One that the
// store placed while its clock was ahead may wait on. `admin` must live until the task is finished.
async::Task<std::string> WaitingTickets(const Actor& admin);

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_STORED_H_
