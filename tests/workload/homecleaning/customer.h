// One customer of homecleaning: reserves, cancels, registers and changes pay methods, and looks at
// all of it. As nobody else acts under its name, it knows what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_CUSTOMER_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_CUSTOMER_H_

#include <string>
#include <vector>

#include "tests/workload/homecleaning/town.h"
#include "tests/workload/person.h"

namespace maru::workload::homecleaning {

class Customer final : public Person {
 public:
  Customer(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "customer", subject), options), town_(town) {}

  async::Task<> Step() override;

 private:
  async::Task<> Reserve();
  async::Task<> Cancel();
  // Of what that wish has become.
  async::Task<> Cancel(std::string request_id);
  async::Task<> RegisterPaymethod();
  async::Task<> ChangePaymethod();
  async::Task<> LookAtReservation();
  async::Task<> LookAtView();
  // What must not work.
  async::Task<> TryForeign();
  async::Task<> TryRepeat();
  async::Task<> TryInvalid();

  reservation::RequestCleaningRequest NewRequest();
  // Insists on a wish and writes down what came of it.
  async::Task<> Insistently(std::string request_id);
  // One of their wishes that has a reservation; null: none.
  const Wish* AnyOwn();
  // Sixteen digits; now and then such that payment refuses them.
  std::string NewNumber();
  // Notes it if a row went back since `floor`.
  void Saw(const std::string& context, const std::string& id, int floor, int status);

  Town& town_;
  // Their wishes, by request_id.
  std::vector<std::string> wishes_;
};

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_CUSTOMER_H_
