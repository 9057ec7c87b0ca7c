#include "tests/simulation/mutations/mutant.h"

#include <cstdlib>
#include <string>

namespace maru::simulation {

bool IsMutant(std::string_view name) {
  static const std::string chosen = [] {
    const char* variable = std::getenv("MARU_MUTANT");
    return std::string(variable == nullptr ? "" : variable);
  }();
  return name == chosen;
}

}  // namespace maru::simulation
