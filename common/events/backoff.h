// Backoff: how long to wait before the next try.
#ifndef MARU_COMMON_EVENTS_BACKOFF_H_
#define MARU_COMMON_EVENTS_BACKOFF_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "common/base/random.h"

namespace maru::events {

// The longest delay after `failures` (from 1) failures in a row: doubling from `initial` up to
// `max`.
inline absl::Duration LongestDelay(absl::Duration initial, absl::Duration max, uint32_t failures) {
  constexpr uint32_t kMostDoublings = 30;
  const uint32_t doublings = std::min(failures == 0 ? 0 : failures - 1, kMostDoublings);
  return std::min(max, initial * static_cast<double>(uint64_t{1} << doublings));
}

// A delay of which `uniform` (in [0, 1)) decides the upper half, so that many who failed together
// do not come back together.
inline absl::Duration JitteredDelay(absl::Duration initial, absl::Duration max, uint32_t failures,
                                    double uniform) {
  return LongestDelay(initial, max, failures) * (0.5 + 0.5 * uniform);
}

// Counts failures in a row. Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration initial, absl::Duration max, Random& random)
      : initial_(initial), max_(max), random_(random) {}
  absl::Duration Next() { return JitteredDelay(initial_, max_, ++failures_, random_.Uniform()); }
  void Reset() { failures_ = 0; }

 private:
  const absl::Duration initial_;
  const absl::Duration max_;
  Random& random_;
  uint32_t failures_ = 0;
};

}  // namespace maru::events

#endif  // MARU_COMMON_EVENTS_BACKOFF_H_
