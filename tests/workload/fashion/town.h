// Town: what the people of fashion know together: what they wished for, what they were told.
#ifndef MARU_TESTS_WORKLOAD_FASHION_TOWN_H_
#define MARU_TESTS_WORKLOAD_FASHION_TOWN_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tests/workload/deeds.h"
#include "tests/workload/fashion/methods.h"
#include "tests/workload/statuses.h"

namespace maru::workload::fashion {

// Prices above this are refused by payment.
inline constexpr int64_t kLimit = 1'000'000;
// Who sells; each belongs to an owner of its own.
inline constexpr const char* kStores[] = {"maru", "hanok"};

// What a customer wanted to order, once, however often the command was repeated.
struct Wish {
  enum class Outcome { kUnknown, kPlaced, kRefused };

  std::string customer;
  order::PlaceOrderRequest request;
  Outcome outcome = Outcome::kUnknown;
  // A try may have had its effect, or may still have it.
  bool unsure = false;
  // Once placed, and perhaps before: the order.
  std::string order_id;
  // Once placed: what the reply's position says.
  std::string position;
};

// On the thread of the Api.
struct Town {
  // By request_id, which is also the customer's name: so the order tells whose wish it is.
  std::map<std::string, Wish> wishes;
  Deeds deeds;
  // Products that were acknowledged, by id: as they were registered.
  std::map<std::string, product::Product> products;
  // Orders that their customers have asked to cancel, whatever the answer; those that were still
  // pending, and so were rejected.
  std::set<std::string> cancel_asked;
  std::set<std::string> canceled_pending;
  // By order: who surely delivered it.
  std::map<std::string, std::string> riders;
  Statuses statuses;
};

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_TOWN_H_
