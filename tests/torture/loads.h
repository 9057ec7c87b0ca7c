// What people do to each system while it is tortured.
#ifndef MARU_TESTS_TORTURE_LOADS_H_
#define MARU_TESTS_TORTURE_LOADS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/workload/api.h"
#include "tests/workload/system_load.h"

namespace maru::harness {

struct TorturedSystem {
  // "food"
  std::string name;
  // By deployment: short time limits, so that a storm reaches them.
  std::map<std::string, std::vector<std::string>> flags;
  std::unique_ptr<workload::SystemLoad> (*load)(workload::Api& api);
};

// In the order of domain.md.
const std::vector<TorturedSystem>& TorturedSystems();

}  // namespace maru::harness

#endif  // MARU_TESTS_TORTURE_LOADS_H_
