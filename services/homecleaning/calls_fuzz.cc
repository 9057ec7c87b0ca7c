// Every method of homecleaning, as services/testing/calls_fuzzing.cc says.
#include <memory>

#include "services/homecleaning/story_testing.h"
#include "services/testing/calls_fuzzing.h"

std::unique_ptr<maru::testing::TestSystem> maru::testing::NewSystem(uint32_t seed) {
  return std::make_unique<homecleaning::Story>(seed);
}
