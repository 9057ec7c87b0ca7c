// For fuzz targets: the main of one that calls a system (calls_fuzzing.cc says what it checks).
#ifndef MARU_SERVICES_TESTING_CALLS_FUZZING_H_
#define MARU_SERVICES_TESTING_CALLS_FUZZING_H_

#include <cstdint>
#include <memory>

#include "services/testing/test_system.h"

namespace maru::testing {

// The system that is called; the target defines it. Equal seeds make equal systems.
std::unique_ptr<TestSystem> NewSystem(uint32_t seed);

}  // namespace maru::testing

#endif  // MARU_SERVICES_TESTING_CALLS_FUZZING_H_
