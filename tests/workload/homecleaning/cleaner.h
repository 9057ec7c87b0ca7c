// A cleaner of homecleaning: starts cleanings, unless another one was faster, and finishes them.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_CLEANER_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_CLEANER_H_

#include <string>

#include "tests/workload/homecleaning/town.h"
#include "tests/workload/person.h"

namespace maru::workload::homecleaning {

class Cleaner final : public Person {
 public:
  Cleaner(Api& api, const std::string& subject, Town& town, PersonOptions options)
      : Person(Actor(api, "cleaner", subject), options), town_(town) {}

  // Looks at all cleanings, then does something with one.
  async::Task<> Step() override;

 private:
  async::Task<> Start(cleaning::Cleaning row);
  async::Task<> Finish(cleaning::Cleaning row);

  Town& town_;
};

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_CLEANER_H_
