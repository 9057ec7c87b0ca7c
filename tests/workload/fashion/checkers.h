// Whether fashion at rest is exactly what its people were told, and everybody agrees. Each checker
// returns what is wrong, or an empty text: each problem names what is broken and the order.
#ifndef MARU_TESTS_WORKLOAD_FASHION_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_FASHION_CHECKERS_H_

#include <string>

#include "tests/workload/fashion/stored.h"
#include "tests/workload/fashion/town.h"

namespace maru::workload::fashion {

// Every wish that was acknowledged is an order, with what was wished for; one that was refused is
// none; none comes of nothing, and none of one wish twice. No order is PENDING.
std::string CheckWishes(const Stored& stored, const Town& town);
// Every command that was acknowledged was published, and nothing that nobody asked for.
std::string CheckDeeds(const Stored& stored, const Town& town);
// Of every order: each event once, in an order that is legal, and each has its consequences: a
// cancel is decided by the delivery, what is canceled is refunded, what is accepted is delivered.
std::string CheckConsequences(const Stored& stored, const Town& town);
// Every row of every context is what the events of its order make of it: order, store order,
// delivery, payment, page, one of each.
std::string CheckRows(const Stored& stored, const Town& town);
// What is paid for an order is its price, once, while it has not ended; else nothing.
std::string CheckMoney(const Stored& stored, const Town& town);
// Of every product: what owners brought is in stock or sold; nothing is reserved any more, and sold
// is what was ordered and not canceled.
std::string CheckStock(const Stored& stored, const Town& town);

// All of these, and what the broker holds; each problem behind "[<invariant>]".
std::string CheckFashion(const Stored& stored, const Town& town);

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_CHECKERS_H_
