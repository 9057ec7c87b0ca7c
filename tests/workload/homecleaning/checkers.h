// Whether homecleaning at rest is exactly what its people were told, and everybody agrees. Each
// checker returns what is wrong, or an empty text: each problem names what is broken and the
// reservation.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_CHECKERS_H_

#include <string>

#include "tests/workload/homecleaning/stored.h"
#include "tests/workload/homecleaning/town.h"

namespace maru::workload::homecleaning {

// Every wish that was acknowledged is a reservation, with what was wished for; one that was refused
// is none; none comes of nothing, and none of one wish twice. None is PENDING.
std::string CheckWishes(const Stored& stored, const Town& town);
// Every command that was acknowledged was published, and nothing that nobody asked for.
std::string CheckDeeds(const Stored& stored, const Town& town);
// Of every reservation: the payment's events in an order that is legal, and each event has its
// consequences: what is canceled is refunded, each change of a pay method is answered, once.
std::string CheckConsequences(const Stored& stored, const Town& town);
// Every row of every context is what the events of its reservation make of it: reservation,
// payment, cleaning, pay method, page, one of each.
std::string CheckRows(const Stored& stored, const Town& town);
// What is paid for a reservation is its price, once, unless it was canceled; else nothing.
std::string CheckMoney(const Stored& stored, const Town& town);
// One message for each event that somebody is to be told of.
std::string CheckMessages(const Stored& stored, const Town& town);

// All of these, and what the broker holds; each problem behind "[<invariant>]".
std::string CheckHomecleaning(const Stored& stored, const Town& town);

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_CHECKERS_H_
