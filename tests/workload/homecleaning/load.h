// The whole load on homecleaning from one seed: customers and cleaners; then the checkers.
#ifndef MARU_TESTS_WORKLOAD_HOMECLEANING_LOAD_H_
#define MARU_TESTS_WORKLOAD_HOMECLEANING_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "tests/workload/homecleaning/town.h"
#include "tests/workload/person.h"
#include "tests/workload/stored.h"
#include "tests/workload/system_load.h"

namespace maru::workload::homecleaning {

struct HomecleaningOptions {
  int customers = 4;
  int cleaners = 2;
  // At most this long between two steps of one person.
  absl::Duration most_think = absl::Milliseconds(400);
  PersonOptions person = {.patience = absl::Seconds(20), .gives_up = true};
};

// On the thread of `api`, which outlives it.
class HomecleaningLoad final : public SystemLoad {
 public:
  HomecleaningLoad(Api& api, const HomecleaningOptions& options);

  async::Task<> Run(Instant until) override;
  async::Task<std::string> Check(absl::Duration within) override;
  uint64_t acknowledged() const override;

 private:
  async::Task<std::string> CheckOnce(const Actor& admin, const std::vector<Flow>& flows);

  Api& api_;
  const HomecleaningOptions options_;
  Town town_;
  std::vector<std::unique_ptr<Person>> people_;
  // Before those whose steps it runs are gone.
  async::Scope scope_;
};

}  // namespace maru::workload::homecleaning

#endif  // MARU_TESTS_WORKLOAD_HOMECLEANING_LOAD_H_
