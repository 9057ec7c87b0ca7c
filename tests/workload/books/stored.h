// All that books at rest shows, read once: what the checkers compare with what people were told.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_STORED_H_
#define MARU_TESTS_WORKLOAD_BOOKS_STORED_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/workload/books/town.h"
#include "tests/workload/stored.h"

namespace maru::workload::books {

struct Stored {
  // All of them, whatever their status.
  std::vector<library::Library> libraries;
  std::vector<book::Book> books;
  std::vector<list::BookView> list;
  std::vector<reservation::Reservation> reservations;
  std::vector<delivery::Delivery> deliveries;
  std::vector<mypage::MyPageEntry> pages;
  // By name.
  std::map<std::string, Topic> topics;
};

// Once nothing flows any more. Errors of the calls. The arguments must live until the task is
// finished.
async::Task<absl::StatusOr<Stored>> ReadStored(const Actor& admin, const std::vector<Flow>& flows);

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_STORED_H_
