// Whether food at rest is exactly what its people were told, and everybody agrees. Each checker
// returns what is wrong, or an empty text: each problem names what is broken and the order.
#ifndef MARU_TESTS_WORKLOAD_FOOD_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_FOOD_CHECKERS_H_

#include <string>

#include "tests/workload/food/stored.h"
#include "tests/workload/food/town.h"

namespace maru::workload::food {

// Every wish that was acknowledged is an order, with what was wished for; one that was refused is
// none; none comes of nothing, and none of one wish twice. No order is PENDING.
std::string CheckWishes(const Stored& stored, const Town& town);
// Every command that was acknowledged was published, and nothing that nobody asked for.
std::string CheckDeeds(const Stored& stored, const Town& town);
// Of every order: each event once, the ticket's in an order that is legal, and each has its
// consequences: a cancel is decided, what ended is refunded, what is cooked is delivered.
std::string CheckConsequences(const Stored& stored, const Town& town);
// Every row of every context is what the events of its order make of it: order, ticket, delivery,
// payment, page, one of each.
std::string CheckRows(const Stored& stored, const Town& town);
// What is paid for an order is its price, once, while it has not ended; else nothing.
std::string CheckMoney(const Stored& stored, const Town& town);
// Who watched was told every change that was shown, once, in order, over all connections.
std::string CheckWatchers(const Stored& stored, const Town& town);

// All of these, and what the broker holds; each problem behind "[<invariant>]".
std::string CheckFood(const Stored& stored, const Town& town);

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_CHECKERS_H_
