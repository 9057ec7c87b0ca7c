// RunSeed: one run: a system under load and faults, until all is quiet, and the checkers.
#ifndef MARU_TESTS_SIMULATION_RUN_H_
#define MARU_TESTS_SIMULATION_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/fixture.h"

namespace maru::simulation {

struct Report {
  uint64_t seed = 0;
  // The same in every run of the seed.
  uint64_t hash = 0;
  // What is wrong; empty: nothing.
  std::string problems;
  uint64_t calls = 0;
  // Commands that were acknowledged.
  uint64_t acknowledged = 0;
  uint64_t faults = 0;
  uint64_t steps = 0;
  absl::Duration time;
  // Where wanted: what happened.
  std::vector<std::string> trace;
};

Report RunSeed(Fixture& fixture, uint64_t seed, bool keep_trace);

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_RUN_H_
