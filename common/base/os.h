// The production clock and randomness: over the operating system.
#ifndef MARU_COMMON_BASE_OS_H_
#define MARU_COMMON_BASE_OS_H_

#include <array>
#include <cstddef>

#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"

namespace maru {

// CLOCK_MONOTONIC; what every production executor answers with.
Instant MonotonicNow();

class OsClock final : public Clock {
 public:
  Instant Now() const override { return MonotonicNow(); }
  absl::Time WallNow() const override { return absl::Now(); }
};

// The kernel's random numbers, fetched some at a time. Thread-safe.
class OsRandom final : public Random {
 public:
  uint64_t Next() override;

 private:
  Mutex mutex_;
  std::array<uint64_t, 64> buffer_ ABSL_GUARDED_BY(mutex_);
  size_t left_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace maru

#endif  // MARU_COMMON_BASE_OS_H_
