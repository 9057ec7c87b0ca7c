// Breaker: stops calling a target that does not answer well, and finds out by itself when it does
// again (design.md, "breaker").
//
// One breaker stands for one (caller, target, method class). It watches the calls of the last ten
// seconds in one-second buckets. With enough of them, it opens when too many failed or too many
// were slow; open, it refuses at once. After the open interval it lets a few probes through
// (half-open): they close it, or open it again for twice as long.
//
// Executor's thread only: callers live there, and so does whoever reads the state. Must outlive its
// permits.
#ifndef MARU_MESH_BREAKER_BREAKER_H_
#define MARU_MESH_BREAKER_BREAKER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace maru::breaker {

enum class State { kClosed, kOpen, kHalfOpen };
std::string_view Name(State state);  // "closed", "open", "half-open"

// How a call ended, as far as the target is to blame.
enum class Outcome {
  // The target answered, also when it refused.
  kSuccess,
  // The target did not do its part.
  kFailure,
  // Says nothing about the target: the caller went away, was in too much of a hurry, or was shed.
  kUncounted,
};

struct BreakerOptions {
  // Calls in the window before ratios mean anything.
  int min_calls = 20;
  // Opens at this share of failures, or of slow calls, among the counted calls of the window.
  double failure_ratio = 0.5;
  double slow_ratio = 0.8;
  // A counted call that takes longer is slow. Zero: none is.
  absl::Duration slow = absl::ZeroDuration();
  // First open interval; doubles with each failed probing, up to the maximum; each is shortened by
  // a random share of up to `jitter`, so that many callers do not probe in step.
  absl::Duration open_min = absl::Seconds(5);
  absl::Duration open_max = absl::Seconds(60);
  double jitter = 0.2;
  // Probes that may be under way at once, and successes that close.
  int probes = 5;
  // A probe that has not come back by then no longer takes up a permit.
  absl::Duration probe_timeout = absl::Seconds(5);
  // Fewer successes close too, this long after the first of them when nothing failed: a target that
  // is called once a minute does not stay half-open for five.
  absl::Duration half_open_interval = absl::Seconds(5);
};

class Breaker {
 public:
  using OnChange = std::function<void(State from, State to)>;

  // The right to make one call. Finish it with how the call ended; destroying it unfinished (a
  // cancelled frame) gives it back without counting.
  class [[nodiscard]] Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { Finish(Outcome::kUncounted); }
    // At most once; the call took from TryAcquire until now.
    void Finish(Outcome outcome);

   private:
    friend class Breaker;
    Permit(Breaker& breaker, uint64_t id, uint64_t era, Instant started)
        : breaker_(&breaker), id_(id), era_(era), started_(started) {}

    Breaker* breaker_;
    uint64_t id_;
    uint64_t era_;
    Instant started_;
  };

  // `clock` and `random` outlive the breaker. `on_change` is called after each change of state; it
  // must not call back.
  Breaker(const BreakerOptions& options, const Clock& clock, Random& random,
          OnChange on_change = {});
  Breaker(const Breaker&) = delete;
  Breaker& operator=(const Breaker&) = delete;

  // nullopt: refused, call again after RetryAfter().
  std::optional<Permit> TryAcquire();

  // What is left of the open interval; half-open with all probes under way, the time until one must
  // be back; else zero.
  absl::Duration RetryAfter() const;

  // An open breaker whose interval has passed reads as half-open: the next call is a probe.
  State state() const;

  // Counted calls of the window. For admin and metrics.
  struct Counts {
    int64_t calls = 0;
    int64_t failures = 0;
    int64_t slow = 0;
  };
  Counts counts() const;

 private:
  static constexpr size_t kBuckets = 10;
  static constexpr absl::Duration kBucketWidth = absl::Seconds(1);

  struct Bucket {
    int64_t second = -1;
    Counts counts;
  };
  struct Probe {
    uint64_t id;
    Instant expires;
  };

  void Finished(const Permit& permit, Outcome outcome);
  void CountClosed(Outcome outcome, bool slow);
  void CountProbe(Outcome outcome, bool slow);
  void JudgeProbes();
  void Open();
  void Enter(State to);
  int64_t Second() const;

  const BreakerOptions options_;
  const Clock& clock_;
  Random& random_;
  const OnChange on_change_;

  State state_ = State::kClosed;
  // Which stay in a state: what a call of an earlier one tells is out of date.
  uint64_t era_ = 0;
  uint64_t last_permit_ = 0;

  // Closed.
  std::array<Bucket, kBuckets> buckets_;

  // Open.
  absl::Duration open_interval_;
  Instant open_until_;

  // Half-open.
  std::vector<Probe> probes_;
  int probes_fast_ = 0;
  int probes_slow_ = 0;
  Instant first_success_;
};

}  // namespace maru::breaker

#endif  // MARU_MESH_BREAKER_BREAKER_H_
