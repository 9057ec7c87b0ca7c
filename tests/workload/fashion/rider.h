// A rider of fashion: completes deliveries, unless another rider or a cancel was faster.
#ifndef MARU_TESTS_WORKLOAD_FASHION_RIDER_H_
#define MARU_TESTS_WORKLOAD_FASHION_RIDER_H_

#include <string>

#include "tests/workload/fashion/town.h"
#include "tests/workload/person.h"

namespace maru::workload::fashion {

class Rider final : public Person {
 public:
  Rider(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "rider", subject), options), town_(town) {}

  // Looks at all deliveries that may be seen, then completes one, or none.
  async::Task<> Step() override;

 private:
  async::Task<> Complete(delivery::Delivery row);

  Town& town_;
};

}  // namespace maru::workload::fashion

#endif  // MARU_TESTS_WORKLOAD_FASHION_RIDER_H_
