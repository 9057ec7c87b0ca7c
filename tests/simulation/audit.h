// What must hold of the stores of a system at rest beyond what its queries show.
#ifndef MARU_TESTS_SIMULATION_AUDIT_H_
#define MARU_TESTS_SIMULATION_AUDIT_H_

#include <string>

#include "tests/simulation/systems.h"
#include "tests/simulation/world.h"

namespace maru::simulation {

// Looks at what is on the disks, whether their processes run or not: every saga has ended, and what
// each context's own audit says. What is wrong, or an empty text.
std::string Audit(World& world, const System& system);

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_AUDIT_H_
