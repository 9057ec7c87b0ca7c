// All that homecleaning at rest shows, read once: what the checkers compare with what people were
// told.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_STORED_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_STORED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/homecleaning/town.h"
#include "tests/workload/stored.h"

namespace maru::workload::homecleaning {

struct Stored {
  // All of them, whatever their status.
  std::vector<reservation::CleaningReservation> reservations;
  std::vector<payment::Payment> payments;
  std::vector<cleaning::Cleaning> cleanings;
  // Without those that were rejected.
  std::vector<paymethod::Paymethod> paymethods;
  std::vector<message::Message> messages;
  std::vector<dashboard::ReservationView> views;
  // By name.
  std::map<std::string, Topic> topics;
};

// Once nothing flows any more. Errors of the calls. The arguments must live until the task is
// finished.
async::Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows);

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_STORED_H_
