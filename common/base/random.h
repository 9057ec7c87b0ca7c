// Randomness, as everything in Maru reads it (ids, jitter): one implementation over the operating
// system, one over a seed.
#ifndef MARU_COMMON_BASE_RANDOM_H_
#define MARU_COMMON_BASE_RANDOM_H_

#include <cstdint>

namespace maru {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  // 64 uniformly distributed bits, unpredictable from outside in production.
  virtual uint64_t Next() = 0;
  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
};

}  // namespace maru

#endif  // MARU_COMMON_BASE_RANDOM_H_
