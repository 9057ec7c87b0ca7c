// SeededRandom: the same numbers for the same seed, for tests and simulation.
#ifndef MARU_COMMON_BASE_SEEDED_RANDOM_H_
#define MARU_COMMON_BASE_SEEDED_RANDOM_H_

#include <cstdint>

#include "absl/time/time.h"
#include "common/base/random.h"

namespace maru {

// splitmix64. Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // Uniform in [0, end); `end` > 0.
  uint64_t Below(uint64_t end) { return Next() % end; }
  // Uniform in [low, high].
  absl::Duration Between(absl::Duration low, absl::Duration high) {
    return low + (high - low) * Uniform();
  }
  // True so often.
  bool Chance(double probability) { return Uniform() < probability; }

 private:
  uint64_t state_;
};

}  // namespace maru

#endif  // MARU_COMMON_BASE_SEEDED_RANDOM_H_
