// Town: what the people of homecleaning know together: what they wished for, what they were told.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_TOWN_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_TOWN_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tests/workload/deeds.h"
#include "tests/workload/homecleaning/methods.h"
#include "tests/workload/statuses.h"

namespace maru::workload::homecleaning {

// Prices above this are refused by payment, and numbers that end so.
inline constexpr int64_t kLimit = 1'000'000;
inline constexpr char kRefusedDigits[] = "0002";

// What a customer wanted to have cleaned, once, however often the command was repeated.
struct Wish {
  enum class Outcome { kUnknown, kPaid, kRefused };

  std::string customer;
  reservation::RequestCleaningRequest request;
  Outcome outcome = Outcome::kUnknown;
  // A try may have had its effect, or may still have it.
  bool unsure = false;
  // Once paid, and perhaps before: the reservation.
  std::string reservation_id;
  // Once paid: what the reply's position says.
  std::string position;
};

// On the thread of the Api.
struct Town {
  // By request_id, which is also the place: so the reservation tells whose wish it is.
  std::map<std::string, Wish> wishes;
  Deeds deeds;
  // Reservations that their customers have asked to cancel, whatever the answer; those that were
  // still pending, and so were rejected.
  std::set<std::string> cancel_asked;
  std::set<std::string> canceled_pending;
  // Those for which somebody has tried a pay method that was not surely refused.
  std::set<std::string> paymethod_tried;
  // By reservation: who surely started the cleaning.
  std::map<std::string, std::string> cleaners;
  Statuses statuses;
};

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_TOWN_H_
