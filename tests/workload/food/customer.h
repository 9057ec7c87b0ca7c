// One customer of food: orders, cancels, looks where its orders are and watches them. As nobody
// else acts under its name, it knows what each reply may be.
#ifndef MARU_TESTS_WORKLOAD_FOOD_CUSTOMER_H_
#define MARU_TESTS_WORKLOAD_FOOD_CUSTOMER_H_

#include <string>
#include <vector>

#include "tests/workload/food/town.h"
#include "tests/workload/person.h"

namespace maru::workload::food {

class Customer final : public Person {
 public:
  Customer(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "customer", subject), options), town_(town) {}

  async::Task<> Step() override;

 private:
  async::Task<> Place();
  async::Task<> Cancel();
  // Of what that wish has become.
  async::Task<> Cancel(std::string request_id);
  async::Task<> LookAtOrder();
  async::Task<> LookAtView();
  async::Task<> Watch();
  async::Task<> List();
  // What must not work.
  async::Task<> TryForeign();
  async::Task<> TryRepeat();
  async::Task<> TryInvalid();

  order::PlaceOrderRequest NewRequest();
  // Insists on a wish and writes down what came of it.
  async::Task<> Insistently(std::string request_id);
  // One of their wishes that has an order; null: none.
  const Wish* AnyOwn();
  // Notes it if a row went back since `floor`.
  void Saw(const std::string& context, const std::string& id, int floor, int status);

  Town& town_;
  // Their wishes, by request_id.
  std::vector<std::string> wishes_;
};

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_CUSTOMER_H_
