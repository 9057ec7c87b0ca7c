// One customer of books: reserves what may be out of stock, cancels before or after it came, and
// looks at its page. As nobody else acts under its name, it knows what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_BOOKS_CUSTOMER_H_
#define MARU_TESTS_WORKLOAD_BOOKS_CUSTOMER_H_

#include <map>
#include <string>
#include <vector>

#include "tests/workload/books/town.h"
#include "tests/workload/person.h"

namespace maru::workload::books {

class Customer final : public Person {
 public:
  Customer(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "customer", subject), options), town_(town) {}

  async::Task<> Step() override;

 private:
  async::Task<> Reserve();
  async::Task<> Cancel();
  async::Task<> LookAtReservation();
  async::Task<> LookAtPage();
  // What must not work.
  async::Task<> TryForeign();
  async::Task<> TryInvalid();

  // Notes it if a row went back since `floor`.
  void Saw(const std::string& context, const std::string& id, int floor, int status);

  Town& town_;
  std::vector<std::string> reservations_;
  // By reservation: what the reply's position said.
  std::map<std::string, std::string> positions_;
};

}  // namespace maru::workload::books

#endif  // MARU_TESTS_WORKLOAD_BOOKS_CUSTOMER_H_
