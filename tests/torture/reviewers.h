// People who ask for a review of a course that is closed for reviews, again and again: each asks
// review, which asks schedule, and nothing is ever stored. What a caller of a caller sees.
#ifndef MARU_TESTS_TORTURE_REVIEWERS_H_
#define MARU_TESTS_TORTURE_REVIEWERS_H_

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "tests/harness/actor.h"
#include "tests/workload/methods.h"

namespace maru::harness {

class Reviewers {
 public:
  struct Sample {
    absl::Time began;
    Outcome outcome;

    // Schedule has answered.
    bool answered() const { return outcome.reason() == "REVIEW_CLOSED"; }
    absl::Time ended() const { return began + outcome.took; }
  };

  // `course_id` exists and is closed for reviews.
  Reviewers(System& system, std::string course_id, int count);
  ~Reviewers() { Stop(); }
  Reviewers(const Reviewers&) = delete;
  Reviewers& operator=(const Reviewers&) = delete;

  // Of calls that have ended so far, in the order of their ends.
  std::vector<Sample> samples() const;
  void Stop();

 private:
  void Run(const Actor& actor);

  const std::string course_id_;
  std::atomic<bool> stop_{false};
  mutable Mutex mutex_;
  std::vector<Sample> samples_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace maru::harness

#endif  // MARU_TESTS_TORTURE_REVIEWERS_H_
