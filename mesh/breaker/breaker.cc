#include "mesh/breaker/breaker.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"

namespace maru::breaker {

std::string_view Name(State state) {
  switch (state) {
    case State::kClosed:
      return "closed";
    case State::kOpen:
      return "open";
    case State::kHalfOpen:
      return "half-open";
  }
  return "unknown";
}

Breaker::Permit::Permit(Permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)),
      id_(other.id_),
      era_(other.era_),
      started_(other.started_) {}

Breaker::Permit& Breaker::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    Finish(Outcome::kUncounted);
    breaker_ = std::exchange(other.breaker_, nullptr);
    id_ = other.id_;
    era_ = other.era_;
    started_ = other.started_;
  }
  return *this;
}

void Breaker::Permit::Finish(Outcome outcome) {
  if (Breaker* breaker = std::exchange(breaker_, nullptr)) breaker->Finished(*this, outcome);
}

Breaker::Breaker(const BreakerOptions& options, const Clock& clock, Random& random,
                 OnChange on_change)
    : options_(options), clock_(clock), random_(random), on_change_(std::move(on_change)) {
  MARU_CHECK(options.min_calls > 0 && options.probes > 0);
  MARU_CHECK(options.open_min > absl::ZeroDuration() && options.open_max >= options.open_min);
  MARU_CHECK(options.jitter >= 0 && options.jitter < 1);
  open_interval_ = options.open_min;
}

std::optional<Breaker::Permit> Breaker::TryAcquire() {
  const Instant now = clock_.Now();
  if (state_ == State::kOpen) {
    if (now < open_until_) return std::nullopt;
    Enter(State::kHalfOpen);
  }
  if (state_ == State::kHalfOpen) JudgeProbes();
  if (state_ == State::kOpen) return std::nullopt;  // the probes were too slow

  const uint64_t id = ++last_permit_;
  if (state_ == State::kHalfOpen) {
    std::erase_if(probes_, [&](const Probe& probe) { return probe.expires <= now; });
    if (probes_.size() >= static_cast<size_t>(options_.probes)) return std::nullopt;
    probes_.push_back({id, now + options_.probe_timeout});
  }
  return Permit(*this, id, era_, now);
}

absl::Duration Breaker::RetryAfter() const {
  const Instant now = clock_.Now();
  if (state_ == State::kOpen) return std::max(open_until_ - now, absl::ZeroDuration());
  if (state_ == State::kClosed || probes_.size() < static_cast<size_t>(options_.probes)) {
    return absl::ZeroDuration();
  }
  // Probes are listed in the order in which they expire.
  return std::max(probes_.front().expires - now, absl::ZeroDuration());
}

State Breaker::state() const {
  if (state_ == State::kOpen && clock_.Now() >= open_until_) return State::kHalfOpen;
  return state_;
}

Breaker::Counts Breaker::counts() const {
  const int64_t oldest = Second() - static_cast<int64_t>(kBuckets);
  Counts sum;
  for (const Bucket& bucket : buckets_) {
    if (bucket.second <= oldest) continue;
    sum.calls += bucket.counts.calls;
    sum.failures += bucket.counts.failures;
    sum.slow += bucket.counts.slow;
  }
  return sum;
}

void Breaker::Finished(const Permit& permit, Outcome outcome) {
  if (permit.era_ != era_) return;
  std::erase_if(probes_, [&](const Probe& probe) { return probe.id == permit.id_; });
  if (outcome == Outcome::kUncounted) return;
  const bool slow =
      options_.slow > absl::ZeroDuration() && clock_.Now() - permit.started_ > options_.slow;
  if (state_ == State::kClosed) {
    CountClosed(outcome, slow);
  } else {
    CountProbe(outcome, slow);
  }
}

void Breaker::CountClosed(Outcome outcome, bool slow) {
  const int64_t second = Second();
  Bucket& bucket = buckets_[static_cast<size_t>(second) % kBuckets];
  if (bucket.second != second) bucket = {.second = second, .counts = {}};
  ++bucket.counts.calls;
  if (outcome == Outcome::kFailure) ++bucket.counts.failures;
  if (slow) ++bucket.counts.slow;
  // Only bad news can open: the common case does not sum up the window.
  if (outcome != Outcome::kFailure && !slow) return;

  const Counts window = counts();
  if (window.calls < options_.min_calls) return;
  const auto calls = static_cast<double>(window.calls);
  if (static_cast<double>(window.failures) >= options_.failure_ratio * calls ||
      static_cast<double>(window.slow) >= options_.slow_ratio * calls) {
    open_interval_ = options_.open_min;
    Open();
  }
}

void Breaker::CountProbe(Outcome outcome, bool slow) {
  if (outcome == Outcome::kFailure) {
    open_interval_ = std::min(2 * open_interval_, options_.open_max);
    Open();
    return;
  }
  if (probes_fast_ + probes_slow_ == 0) first_success_ = clock_.Now();
  ++(slow ? probes_slow_ : probes_fast_);
  JudgeProbes();
}

void Breaker::JudgeProbes() {
  const int successes = probes_fast_ + probes_slow_;
  const bool enough = successes >= options_.probes;
  const bool long_enough =
      successes > 0 && clock_.Now() - first_success_ >= options_.half_open_interval;
  if (!enough && !long_enough) return;
  // A target that answers, but as slowly as what opened the breaker, is not back yet.
  if (probes_slow_ >= options_.slow_ratio * successes) {
    open_interval_ = std::min(2 * open_interval_, options_.open_max);
    Open();
  } else {
    Enter(State::kClosed);
  }
}

void Breaker::Open() {
  open_until_ = clock_.Now() + open_interval_ * (1.0 - options_.jitter * random_.Uniform());
  Enter(State::kOpen);
}

void Breaker::Enter(State to) {
  const State from = std::exchange(state_, to);
  ++era_;
  buckets_ = {};
  probes_.clear();
  probes_fast_ = 0;
  probes_slow_ = 0;
  if (on_change_) on_change_(from, to);
}

int64_t Breaker::Second() const { return clock_.Now().SinceStart() / kBucketWidth; }

}  // namespace maru::breaker
