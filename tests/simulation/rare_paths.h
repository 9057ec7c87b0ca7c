// RarePaths: which rare paths of the code (common/async/rare.h) a run takes, and how often.
#ifndef MARU_TESTS_SIMULATION_RARE_PATHS_H_
#define MARU_TESTS_SIMULATION_RARE_PATHS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/async/rare.h"
#include "common/base/seeded_random.h"

namespace maru::simulation {

// Each run draws some of them and how likely each is: what all paths together would hide shows in
// the runs that have few.
class RarePaths {
 public:
  explicit RarePaths(uint64_t seed) : random_(seed) {
    for (double& probability : probability_) {
      probability = random_.Chance(0.4) ? 0.3 * random_.Uniform() * random_.Uniform() : 0;
    }
  }

  bool Take(async::Rare path) {
    const double probability = probability_[static_cast<size_t>(path)];
    return probability > 0 && random_.Chance(probability);
  }
  // Whether this run takes it at times.
  bool MayTake(async::Rare path) const { return probability_[static_cast<size_t>(path)] > 0; }
  // Not in this run.
  void Never(async::Rare path) { probability_[static_cast<size_t>(path)] = 0; }
  // None from now on.
  void Stop() { probability_ = {}; }

 private:
  SeededRandom random_;
  std::array<double, static_cast<size_t>(async::Rare::kCount)> probability_{};
};

}  // namespace maru::simulation

#endif  // MARU_TESTS_SIMULATION_RARE_PATHS_H_
