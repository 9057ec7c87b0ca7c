// A rider of food: takes what is cooked, unless another rider was faster, and delivers it.
#ifndef MARU_TESTS_WORKLOAD_FOOD_RIDER_H_
#define MARU_TESTS_WORKLOAD_FOOD_RIDER_H_

#include <string>

#include "tests/workload/food/town.h"
#include "tests/workload/person.h"

namespace maru::workload::food {

class Rider final : public Person {
 public:
  Rider(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "rider", subject), options), town_(town) {}

  // Looks at all deliveries that may be seen, then does something with one.
  async::Task<> Step() override;

 private:
  async::Task<> PickUp(delivery::Delivery row);
  async::Task<> Complete(delivery::Delivery row);

  Town& town_;
};

}  // namespace maru::workload::food

#endif  // MARU_TESTS_WORKLOAD_FOOD_RIDER_H_
