// Town: what the people of food know together: what they wished for, what they were told.
#ifndef MARU_TESTS_WORKLOAD_FOOD_TOWN_H_
#define MARU_TESTS_WORKLOAD_FOOD_TOWN_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/workload/deeds.h"
#include "tests/workload/food/methods.h"
#include "tests/workload/statuses.h"

namespace maru::workload::food {

// Prices above this are refused by payment.
inline constexpr int64_t kLimit = 1'000'000;
// Who cooks; each belongs to an owner of its own.
inline constexpr const char* kStores[] = {"gimbap", "yeoptteok"};

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

// Somebody who looks at an order, over many connections.
struct Watcher {
  // Behind the last change that was told.
  std::string position;
  std::vector<dashboard::OrderView::Status> told;
};

// On the thread of the Api.
struct Town {
  // By request_id, which also stands in the order's first item: so the order tells whose wish it
  // is.
  std::map<std::string, Wish> wishes;
  Deeds deeds;
  // Orders that their customers have asked to cancel, whatever the answer; those that were still
  // pending, and so were rejected.
  std::set<std::string> cancel_asked;
  std::set<std::string> canceled_pending;
  // By order: who surely picked it up.
  std::map<std::string, std::string> riders;
  std::map<std::string, Watcher> watchers;
  Statuses statuses;
};

// The name of what is ordered, and the wish that it was ordered for; empty: not such a name.
std::string ItemNameOf(const std::string& request_id);
std::string WishOf(const order::Order& order);

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_TOWN_H_
