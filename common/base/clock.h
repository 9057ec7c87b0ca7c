// Time, as everything in Maru reads it. Production and simulation each have one implementation;
// nothing else may ask the operating system for the time.
#ifndef MARU_COMMON_BASE_CLOCK_H_
#define MARU_COMMON_BASE_CLOCK_H_

#include <compare>

#include "absl/time/time.h"

namespace maru {

// A point on the monotonic clock: for deadlines, timers and durations. Never jumps, has no meaning
// outside this process and is never stored.
class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant FromDuration(absl::Duration since_start) { return Instant(since_start); }
  static constexpr Instant InfiniteFuture() { return Instant(absl::InfiniteDuration()); }
  constexpr absl::Duration SinceStart() const { return since_start_; }

  friend Instant operator+(Instant a, absl::Duration d) { return Instant(a.since_start_ + d); }
  friend Instant operator-(Instant a, absl::Duration d) { return Instant(a.since_start_ - d); }
  friend absl::Duration operator-(Instant a, Instant b) { return a.since_start_ - b.since_start_; }
  friend bool operator==(Instant a, Instant b) { return a.since_start_ == b.since_start_; }
  friend bool operator<(Instant a, Instant b) { return a.since_start_ < b.since_start_; }
  friend bool operator>(Instant a, Instant b) { return b < a; }
  friend bool operator<=(Instant a, Instant b) { return !(b < a); }
  friend bool operator>=(Instant a, Instant b) { return !(a < b); }

 private:
  explicit constexpr Instant(absl::Duration since_start) : since_start_(since_start) {}
  absl::Duration since_start_;
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The monotonic clock.
  virtual Instant Now() const = 0;
  // The calendar: for what is stored and shown. May jump, also backwards.
  virtual absl::Time WallNow() const = 0;
};

}  // namespace maru

#endif  // MARU_COMMON_BASE_CLOCK_H_
