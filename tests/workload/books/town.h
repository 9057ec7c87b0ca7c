// Town: what the people of books know together: what they brought, reserved and were told.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_TOWN_H_
#define MARU_TESTS_WORKLOAD_BOOKS_TOWN_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tests/workload/books/methods.h"
#include "tests/workload/deeds.h"
#include "tests/workload/statuses.h"

namespace maru::workload::books {

// One is never brought.
inline constexpr const char* kBooks[] = {"dune", "토지", "채식주의자", "없는-책"};
inline constexpr size_t kKnownBooks = 3;

// What a librarian wanted to take in or to reprint, once, however often the command was repeated.
struct Wish {
  enum class Outcome { kUnknown, kConfirmed, kAccepted, kRefused };

  library::Library row;
  Outcome outcome = Outcome::kUnknown;
};

// On the thread of the Api.
struct Town {
  // By request_id, which is also the name: so the row of library tells whose wish it is.
  std::map<std::string, Wish> wishes;
  // By book: a version that library surely knows.
  std::map<std::string, uint64_t> versions;
  uint64_t last_version = 0;
  Deeds deeds;
  // By reservation, with its customer: those that were acknowledged.
  std::map<std::string, std::string> reservations;
  // By customer and book: how many there surely and perhaps are.
  std::map<std::pair<std::string, std::string>, std::pair<int, int>> reserved;
  Statuses statuses;
};

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_TOWN_H_
