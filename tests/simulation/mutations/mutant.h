// Deliberate breaks of production code, for showing that the simulator finds them. They are nowhere
// in the production sources: mutate.py makes copies of a few files in which MARU_MUTANT("name") is
// true in runs that chose that one.
#ifndef MARU_TESTS_SIMULATION_MUTATIONS_MUTANT_H_
#define MARU_TESTS_SIMULATION_MUTATIONS_MUTANT_H_

#include <string_view>

namespace maru::simulation {

// Whether the environment variable MARU_MUTANT names it.
bool IsMutant(std::string_view name);

}  // namespace maru::simulation

#define MARU_MUTANT(name) (::maru::simulation::IsMutant(name))

#endif  // MARU_TESTS_SIMULATION_MUTATIONS_MUTANT_H_
