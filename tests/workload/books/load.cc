#include "tests/workload/books/load.h"

#include "absl/strings/str_cat.h"
#include "tests/workload/books/checkers.h"
#include "tests/workload/books/customer.h"
#include "tests/workload/books/librarian.h"
#include "tests/workload/books/stored.h"
#include "tests/workload/checkers.h"

namespace maru::workload::books {

using async::Task;

BooksLoad::BooksLoad(Api& api, const BooksOptions& options) : api_(api), options_(options) {
  for (int i = 0; i < options_.customers; ++i) {
    people_.push_back(std::make_unique<Customer>(api, absl::StrCat("books-customer-", i), town_,
                                                 options_.person));
  }
  for (int i = 0; i < options_.librarians; ++i) {
    people_.push_back(
        std::make_unique<Librarian>(api, absl::StrCat("librarian-", i), town_, options_.person));
  }
}

Task<> BooksLoad::Run(Instant until) {
  for (const auto& person : people_) scope_.Spawn(Act(*person, until, options_.most_think));
  co_await scope_.Drained();
}

Task<std::string> BooksLoad::CheckOnce(const Actor& admin, const std::vector<Flow>& flows) {
  const auto stored = co_await ReadStored(admin, flows);
  if (!stored.ok()) co_return absl::StrCat("[readable] ", stored.status().ToString(), "\n");
  co_return CheckAll(*stored, town_);
}

Task<std::string> BooksLoad::Check(absl::Duration within) {
  const Actor admin(api_, "admin", "root");
  const auto check = [this, &admin](const std::vector<Flow>& flows) {
    return CheckOnce(admin, flows);
  };
  const std::string replies = ProblemsOf(people_);
  co_return replies + co_await CheckAtRest(admin, within, check);
}

uint64_t BooksLoad::acknowledged() const { return AcknowledgedBy(people_); }

}  // namespace maru::workload::books
