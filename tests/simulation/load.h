// Load: a few courses, and customers who act on them.
#ifndef MARU_TESTS_SIMULATION_LOAD_H_
#define MARU_TESTS_SIMULATION_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/async/scope.h"
#include "tests/workload/api.h"
#include "tests/workload/customer.h"

namespace maru::simulation {

class Load {
 public:
  explicit Load(workload::Api& api) : api_(api) {}

  async::Task<> Run(Instant until);
  async::Task<std::string> Check(absl::Duration within);
  uint64_t acknowledged() const;

 private:
  async::Task<> Open();
  async::Task<> Act(workload::Customer& customer, Instant until);

  workload::Api& api_;
  workload::Ledger ledger_;
  std::vector<workload::Course> courses_;
  std::vector<std::unique_ptr<workload::Customer>> customers_;
  async::Scope scope_;
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_LOAD_H_
