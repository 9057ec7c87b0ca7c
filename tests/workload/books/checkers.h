// Whether books at rest is exactly what its people were told, and everybody agrees. Each checker
// returns what is wrong, or an empty text: each problem names what is broken and the keys.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_CHECKERS_H_
#define MARU_TESTS_WORKLOAD_BOOKS_CHECKERS_H_

#include <string>

#include "tests/workload/books/stored.h"
#include "tests/workload/books/town.h"

namespace maru::workload::books {

// Every wish that was acknowledged is a CONFIRMED row of library, told once; one that was refused
// is none; no row comes of nothing, and none is PENDING.
std::string CheckLibraries(const Stored& stored, const Town& town);
// Of every book: stock = received + resets − issued + returned, received is what library took in,
// once, issued and returned what reservations got and gave back; its version is the highest, its
// revisions have no gap, and the list shows it.
std::string CheckBooks(const Stored& stored, const Town& town);
// Every reservation that was acknowledged is there, and nothing that nobody asked for.
std::string CheckDeeds(const Stored& stored, const Town& town);
// Of every reservation: it is decided, by the book, and everybody agrees: reservation, delivery,
// page.
std::string CheckReservations(const Stored& stored, const Town& town);

// All of these, and what the broker holds; each problem behind "[<invariant>]".
std::string CheckAll(const Stored& stored, const Town& town);

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_CHECKERS_H_
