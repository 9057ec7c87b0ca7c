// A librarian of books: takes few copies in, now and then reprints a book, and looks at the list.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_LIBRARIAN_H_
#define MARU_TESTS_WORKLOAD_BOOKS_LIBRARIAN_H_

#include <string>

#include "tests/workload/books/town.h"
#include "tests/workload/person.h"

namespace maru::workload::books {

class Librarian final : public Person {
 public:
  Librarian(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "librarian", subject), options), town_(town) {}

  async::Task<> Step() override;

 private:
  async::Task<> Warehouse();
  async::Task<> Renew();
  async::Task<> LookAtBook();
  async::Task<> LookAtList();

  Town& town_;
};

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_LIBRARIAN_H_
